import { QueryClient } from "@tanstack/react-query";
import { asFault } from "./fault";

/** What the service refuses stays refused; what it could not answer is asked again. */
function again(failures: number, error: unknown): boolean {
  const { status } = asFault(error);
  return failures < 2 && (status === 0 || status >= 500);
}

/** The live link says when data are stale, so that nothing is fetched again by time or focus. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: again, staleTime: 30_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});
