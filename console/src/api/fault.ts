/** What went wrong, as the service says it: one sentence, and the way on. */
export class Fault extends Error {
  readonly status: number;
  readonly what: string;
  readonly cure: string;
  /** What sign-in still asks for, e.g. "code". */
  readonly need: string | null;

  /** status: HTTP status; 0: the service could not be reached. */
  constructor(status: number, what: string, cure = "", need: string | null = null) {
    super(what);
    this.name = "Fault";
    this.status = status;
    this.what = what;
    this.cure = cure;
    this.need = need;
  }
}

/** The fault of an answer that is not 2xx; its body is read. */
export async function faultOf(answer: Response): Promise<Fault> {
  try {
    const said: unknown = await answer.clone().json();
    if (typeof said === "object" && said !== null && "error" in said) {
      const { error, cure, need } = said as { error: unknown; cure?: unknown; need?: unknown };
      return new Fault(
        answer.status,
        String(error),
        typeof cure === "string" ? cure : "",
        typeof need === "string" ? need : null,
      );
    }
  } catch {
    // Not our service's form: a proxy in between, or an empty body.
  }
  return new Fault(answer.status, "");
}

/** Any thrown thing as a Fault, so that every error can be shown the same way. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault(-1, error instanceof Error ? error.message : String(error));
}
