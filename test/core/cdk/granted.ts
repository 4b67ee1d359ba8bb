import type { Made } from "./made.ts";
import { roleStatements } from "./statements.ts";

/** What each role may do: actions by resource, and by condition where there is one. */
export function granted(made: Made): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  for (const { role = "", effect, action, resource, condition } of roleStatements(made)) {
    if (effect === "Deny") continue;
    const key = condition === undefined ? resource : `${resource} if ${JSON.stringify(condition)}`;
    const ofRole = (found[role] ??= {});
    const actions = new Set([...(ofRole[key]?.split(" ") ?? []), action]);
    ofRole[key] = [...actions].toSorted().join(" ");
  }
  return found;
}
