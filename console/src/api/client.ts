import createClient from "openapi-fetch";
import { Fault, faultOf } from "./fault";
import type { paths } from "./schema";
import { session } from "./session";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
/** Routes that answer 401 without a session, by their nature. */
const OPEN = /^\/v1\/(session|me$)/;

/**
 * fetch, with the page's CSRF secret, faults thrown as Fault, and a wait for the sign-in where the
 * session has ended. Features use `api` below; this is for uploads and the like.
 */
export async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await once(request);
  if (answer.status !== 401 || OPEN.test(new URL(request.url).pathname)) return checked(answer);
  await session.waitForSignIn();
  return checked(await once(again));
}

async function once(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) request.headers.set("X-CSRF-Token", session.csrf);
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Fault(0, "");
  }
}

async function checked(answer: Response): Promise<Response> {
  if (!answer.ok) throw await faultOf(answer);
  return answer;
}

/** The service, typed by its own OpenAPI (`npm run types`). Faults are thrown: see `ok`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** The answer's data: `const board = await ok(api.GET("/v1/board"))`. Throws Fault. */
export async function ok<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}
