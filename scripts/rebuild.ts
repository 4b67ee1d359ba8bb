/**
 * `npm run rebuild`: drops the projections and makes them again from the chain, also while Kapok runs, here or in the
 * cloud. Reads of them answer 503 meanwhile; writes go on. Killed halfway, it finishes when it is run again.
 */
import { parseArgs } from "node:util";
import { rebuild } from "../lambdas/core/indexing/rebuild.ts";
import { explained } from "../lambdas/core/log.ts";
import type { FoundKapok } from "./with-kapok.ts";
import { withKapok } from "./with-kapok.ts";

try {
  parseArgs();
  const remake = async ({ place, kapok, chain }: FoundKapok) => {
    const began = Date.now();
    console.log(`The projections of ${place} are made again.`);
    const { tables, firstBlock, lastBlock } = await rebuild(kapok, await chain());
    for (const { name, dropped, written } of tables)
      console.log(`${name}: ${dropped} rows dropped, ${written} changes written`);
    const blocks = lastBlock === undefined ? "nothing was indexed yet" : `blocks ${firstBlock} to ${lastBlock}`;
    console.log(`The projections are those of the chain: ${blocks}, ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  };
  await withKapok("rebuild", remake, true);
} catch (error) {
  console.error(`Not rebuilt, or not to the end, and then it has to be run again. ${explained(error)}`);
  process.exitCode = 1;
}
