/**
 * `npm run costs [-- --write]`: deploys into the emulator, counts what operations ask of AWS at several rates, and prints what
 * that costs. `--write` keeps the figures as the committed ones and makes `docs/cost.md` of them. It takes a quarter of an
 * hour. `--page` only makes the page again, of the committed figures and prices.
 */
import { writeFileSync } from "node:fs";
import type { Calls } from "./measure.ts";
import { costPage } from "./page.ts";
import type { Snapshot } from "./snapshot.ts";
import { readSnapshot, writeSnapshot } from "./snapshot.ts";
import { withDeployment } from "./with-deployment.ts";
import { workloads } from "./workloads.ts";

/** Long enough for many blocks and few enough operations for this machine, seconds. */
const SECONDS = 40;

if (process.argv.includes("--page")) {
  await writePage(readSnapshot());
  process.exit(0);
}
const operations: Snapshot["operations"] = {};
let [memory, idleSecond]: [Snapshot["memory"]?, Snapshot["idleSecond"]?] = [];
for (const slowed of new Set(Object.values(workloads).map((workload) => workload.slowed))) {
  await withDeployment(slowed, async (deployment) => {
    for (const [name, workload] of Object.entries(workloads)) {
      if (workload.slowed === slowed) {
        operations[name] = said(name, await deployment.operations(workload, SECONDS));
      }
    }
    if (slowed > 1) return;
    idleSecond = said("an idle second", await deployment.idle(SECONDS));
    memory = await deployment.memory();
  });
}
const snapshot: Snapshot = { memory: memory!, operations, idleSecond: idleSecond! };
console.log(await costPage(snapshot));
if (process.argv.includes("--write")) {
  await writeSnapshot(snapshot);
  await writePage(readSnapshot());
}

async function writePage(of: Snapshot): Promise<void> {
  writeFileSync(new URL("../../docs/cost.md", import.meta.url), await costPage(of));
}

function said(name: string, calls: Calls): Calls {
  const round = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(3)) : value);
  console.log(`${name}: ${JSON.stringify(calls, round)}`);
  return calls;
}
