import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { asFault, type Fault } from "./fault";

export interface Act<T = void> {
  act: (argument: T) => void;
  busy: boolean;
  fault: Fault | null;
  forget: () => void;
}

/**
 * One act of a person: `const pause = useAct(() => ok(api.POST(…)))`, then `pause.act()`,
 * `pause.busy`, `pause.fault` (for <FaultText>). A second click while it is under way does nothing.
 */
export function useAct<T = void, R = unknown>(
  run: (argument: T) => Promise<R>,
  done?: (result: R, argument: T) => void,
  failed?: (fault: Fault) => void,
): Act<T> {
  // Not `isPending`: both halves of a double click come before the page is drawn again.
  const running = useRef(false);
  const mutation: UseMutationResult<R, unknown, T> = useMutation({
    mutationFn: run,
    onSuccess: done,
    onError: (error) => failed?.(asFault(error)),
    onSettled: () => {
      running.current = false;
    },
  });
  return {
    act: (argument) => {
      if (running.current) return;
      running.current = true;
      mutation.mutate(argument);
    },
    busy: mutation.isPending,
    fault: mutation.error ? asFault(mutation.error) : null,
    forget: mutation.reset,
  };
}
