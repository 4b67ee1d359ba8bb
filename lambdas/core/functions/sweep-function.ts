import * as z from "zod";
import { Kapok } from "../kapok.ts";
import { logger } from "../log.ts";
import { readBook } from "../store/book.ts";
import { readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { allLanes } from "../store/lanes.ts";
import { isAnythingQueued } from "../store/queue.ts";
import { dynamodb } from "../store/table.ts";
import { starter } from "./start-function.ts";
import { readVariables, tables } from "./variables.ts";

const variables = z.object({ TABLES: tables, SUBMITTER: z.string(), INDEXER: z.string() });

/** Every minute: starts whoever has something to do that nobody was woken for, and does nothing itself. */
export function sweepFunction() {
  const { TABLES, SUBMITTER, INDEXER } = readVariables(variables);
  const kapok = new Kapok([], dynamodb(), { core: TABLES["core"]! }, logger("sweeper"), false);
  const functions = starter();

  return async (): Promise<{ started: string[] }> => {
    await functions.start(INDEXER);
    const book = await readBook(kapok.core);
    const lanes = await allLanes(kapok.core);
    const started: string[] = [];
    for (const lane of lanes) {
      const isOther = lane.incarnation !== book?.incarnation;
      if (!lane.closing && !isOther && !(await hasWork(kapok, lane))) continue;
      await functions.start(SUBMITTER, { organisation: lane.organisation });
      started.push(lane.organisation);
    }
    kapok.log.info("swept", { lanes: lanes.length, started: started.length });
    return { started };
  };
}

async function hasWork({ core }: Kapok, { organisation }: Lane): Promise<boolean> {
  return (await readJournal(core, organisation)).length > 0 || (await isAnythingQueued(core, organisation));
}
