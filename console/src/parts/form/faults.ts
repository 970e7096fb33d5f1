import type { Fault } from "../../api/fault";

/** The field that the service's sentence begins with: "settings.windows.mon: the window …". */
export function fieldOf(fault: Fault | null): { field: string; said: string } | null {
  const found = fault?.what.match(/^(?:body\.|settings\.)?([A-Za-z_][\w.[\]]*): (.+)$/s);
  if (!found?.[1] || !found[2]) return null;
  const said = found[2].replace(/^Value error, /, "");
  return { field: found[1], said: said.charAt(0).toUpperCase() + said.slice(1) };
}

/** What is wrong at a field or below it: `at("windows")` also takes "windows.mon". */
export function faultAt(fault: Fault | null): (field: string) => string | undefined {
  const found = fieldOf(fault);
  return (field) => {
    if (!found) return undefined;
    if (found.field === field) return found.said;
    return found.field.startsWith(`${field}.`) ? found.said : undefined;
  };
}
