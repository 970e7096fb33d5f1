import type { Right } from "../api/me";
import type { Page } from "./routes";

/** Whether somebody with these rights may open the page. */
export function mayOpen(page: Pick<Page, "right">, rights: readonly Right[]): boolean {
  if (page.right === null) return true;
  const any = typeof page.right === "string" ? [page.right] : page.right;
  return any.some((right) => rights.includes(right));
}
