import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { asFault, type Fault } from "./fault";

/**
 * One act of a person: `const pause = useAct(() => ok(api.POST(…)))`, then `pause.act()`,
 * `pause.busy`, `pause.fault` (for <FaultText>). A second click while it is under way does nothing.
 */
export function useAct<T = void, R = unknown>(
  run: (argument: T) => Promise<R>,
  done?: (result: R, argument: T) => void,
  failed?: (fault: Fault) => void,
): { act: (argument: T) => void; busy: boolean; fault: Fault | null; forget: () => void } {
  const mutation: UseMutationResult<R, unknown, T> = useMutation({
    mutationFn: run,
    onSuccess: done,
    onError: (error) => failed?.(asFault(error)),
  });
  return {
    act: (argument) => {
      if (!mutation.isPending) mutation.mutate(argument);
    },
    busy: mutation.isPending,
    fault: mutation.error ? asFault(mutation.error) : null,
    forget: mutation.reset,
  };
}
