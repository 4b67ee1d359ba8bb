/**
 * `npm run costs [-- --write]`: deploys into the emulator, counts what operations ask of AWS at several rates, and prints what
 * that costs. `--write` keeps the figures as the committed ones and makes `docs/cost.md` of them. It takes a quarter of an
 * hour.
 */
import { writeFileSync } from "node:fs";
import type { Calls } from "./measure.ts";
import { MeasuredDeployment } from "./measure.ts";
import { costPage } from "./page.ts";
import type { Snapshot } from "./snapshot.ts";
import { writeSnapshot } from "./snapshot.ts";
import { workloads } from "./workloads.ts";

/** Long enough for many blocks and few enough operations for this machine, seconds. */
const SECONDS = 40;

const snapshot: Snapshot = { memory: {}, operations: {}, idleSecond: undefined! };
for (const slowed of new Set(Object.values(workloads).map((workload) => workload.slowed))) {
  const deployment = await MeasuredDeployment.begin(slowed);
  try {
    for (const [name, workload] of Object.entries(workloads)) {
      if (workload.slowed !== slowed) continue;
      const calls = await deployment.operations(workload, SECONDS);
      snapshot.operations[name] = calls;
      console.log(name, said(calls));
    }
    if (slowed > 1) continue;
    snapshot.idleSecond = await deployment.idle(SECONDS);
    snapshot.memory = await deployment.memory();
    console.log("an idle second", said(snapshot.idleSecond));
  } finally {
    await deployment.end();
  }
}
const page = await costPage(snapshot);
console.log(page);
if (process.argv.includes("--write")) {
  await writeSnapshot(snapshot);
  writeFileSync(new URL("../../docs/cost.md", import.meta.url), page);
}

function said(calls: Calls): string {
  return JSON.stringify(calls, (_, value) => (typeof value === "number" ? Number(value.toPrecision(3)) : value));
}
