import { describe, expect, it } from "vitest";
import type { LegView } from "../api/schema";
import { markers } from "./markers";

const leg = (kind: string, began: string) => ({ id: began, kind, began_at: began }) as LegView;

describe("markers", () => {
  it("stand where people came in, the customer left out, within the sound", () => {
    const found = markers(
      [
        leg("agent", "2026-03-01T10:00:20Z"),
        leg("customer", "2026-03-01T10:00:00Z"),
        leg("agent", "2026-03-01T09:59:59.900Z"),
        leg("supervisor", "2026-03-01T11:00:00Z"),
      ],
      "2026-03-01T10:00:00Z",
      60,
    );
    expect(found.map(({ at }) => at)).toEqual([0, 20]);
  });
});
