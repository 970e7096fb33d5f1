import { send } from "./client";

/** For what the generated types do not know, such as forms with files. Prefer `api`. Throws Fault. */
export async function early<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  const form = body instanceof FormData;
  const answer = await send(
    new Request(new URL(path, location.origin), {
      method,
      headers: body === undefined || form ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
    }),
  );
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}
