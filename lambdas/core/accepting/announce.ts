import type { Logger } from "../log.ts";
import type { Operation } from "../operation.ts";

/**
 * Says which operations were stored. What comes in one turn of the process, such as all that one transaction stored, is
 * said in one line for each organisation and scenario; it is said before the answer goes out, after which a function may
 * freeze.
 */
export function announcer(log: Logger): (stored: Operation[]) => void {
  let untold: Operation[] = [];

  function tell(): void {
    const groups = Map.groupBy(untold, ({ organisation, scenario }) => `${organisation} ${scenario}`);
    untold = [];
    for (const operations of groups.values()) {
      const { organisation, scenario } = operations[0]!;
      const ids = operations.map(({ id }) => id);
      log.info(
        "accepted",
        { organisation, scenario, operations: ids },
        { values: { Accepted: ids.length }, organisation, scenario },
      );
    }
  }

  return (stored) => {
    if (stored.length > 0 && untold.length === 0) queueMicrotask(tell);
    untold.push(...stored);
  };
}
