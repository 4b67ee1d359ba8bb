import * as z from "zod";
import { Kapok } from "../kapok.ts";
import { logger } from "../log.ts";
import { readBook } from "../store/book.ts";
import { readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import { allLanes } from "../store/lanes.ts";
import { readQueued } from "../store/queue.ts";
import { dynamodb } from "../store/table.ts";
import { starter } from "./start-function.ts";
import { readVariables, tables } from "./variables.ts";

const variables = z.object({ DEPLOYMENT: z.string(), TABLES: tables, SUBMITTER: z.string(), INDEXER: z.string() });

/**
 * Every minute: starts whoever has something to do that nobody was woken for, and says how much waits where. It does
 * nothing itself. A lane that cannot be looked at, or takes long, keeps no other one waiting.
 * @returns a function that throws where a lane was left out: then it is no sweep
 */
export function sweepFunction() {
  const { DEPLOYMENT, TABLES, SUBMITTER, INDEXER } = readVariables(variables);
  const kapok = new Kapok([], dynamodb(), { core: TABLES["core"]! }, logger("sweeper", DEPLOYMENT), false);
  const functions = starter();

  return async (): Promise<{ started: string[] }> => {
    await functions.start(INDEXER, { sweptAt: Date.now() });
    const [book, lanes] = [await readBook(kapok.core), await allLanes(kapok.core)];
    const swept = await Promise.allSettled(
      lanes.map(async (lane) => {
        const { organisation, incarnation, closing } = lane;
        if (!(await isAtWork(kapok, lane)) && !closing && incarnation === book?.incarnation) return [];
        await functions.start(SUBMITTER, { organisation });
        return [organisation];
      }),
    );
    const started = swept.flatMap((lane) => (lane.status === "fulfilled" ? lane.value : []));
    const failed = swept.find((lane) => lane.status === "rejected");
    if (failed) throw failed.reason;
    const stopped = lanes.filter((lane) => lane.stopped !== undefined).length;
    kapok.log.info(
      "swept",
      { lanes: lanes.length, started: started.length, stopped },
      { values: { Sweeps: 1, LanesStopped: stopped } },
    );
    return { started };
  };
}

/** Whether a lane has something to do, which is measured by the way. */
async function isAtWork({ core, log }: Kapok, { organisation }: Lane): Promise<boolean> {
  const [journal, { depth, since }] = [await readJournal(core, organisation), await readQueued(core, organisation)];
  const oldest = since === undefined ? 0 : Math.max(0, Math.floor((Date.now() - since) / 1000));
  log.info(
    "lane",
    { organisation, depth, oldestSeconds: oldest, open: journal.length },
    { values: { LaneDepth: depth, OldestWaiting: oldest }, organisation },
  );
  return journal.length > 0 || depth > 0;
}
