/**
 * `npm run trace -- OPERATION [--organisation ID]`: follows one operation from request to block, and says where it waits
 * and what for. Exit code 0: it is shown; 1: there is none; 2: it could not be looked for.
 */
import { parseArgs } from "node:util";
import { explained } from "../lambdas/core/log.ts";
import { findOperations } from "../lambdas/core/watching/find-operations.ts";
import { trace } from "../lambdas/core/watching/trace.ts";
import { traceLines } from "./watching/trace-lines.ts";
import { withKapok } from "./with-kapok.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

try {
  const { values, positionals } = parseArgs({ options: { organisation: { type: "string" } }, allowPositionals: true });
  const id = positionals[0]?.toLowerCase() ?? "";
  if (positionals.length !== 1 || !UUID.test(id)) {
    throw new Error(
      "Which operation? npm run trace -- OPERATION [--organisation ID], the operation's id as the API shows it",
    );
  }
  process.exitCode = await withKapok("trace", async ({ place, kapok, chain }) => {
    const operations = await findOperations(kapok.core, id, values.organisation);
    if (operations.length === 0) {
      const whose = values.organisation ?? "any organisation";
      console.log(
        `${place} has no operation ${id} of ${whose}. An id is made of the organisation and its Idempotency-Key.`,
      );
      return 1;
    }
    for (const operation of operations) {
      const found = await trace(kapok, chain, operation);
      console.log([`${id} of ${operation.organisation}, in ${place}`, ...traceLines(found)].join("\n"));
    }
    return 0;
  });
} catch (error) {
  console.error(`It could not be traced. ${explained(error)}`);
  process.exitCode = 2;
}
