import { setTimeout as pause } from "node:timers/promises";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { expectChain } from "../chain/expect-chain.ts";
import { Kapok } from "../kapok.ts";
import { logger } from "../log.ts";
import type { Scenario } from "../scenario.ts";
import { kms } from "../signing/kms.ts";
import { KmsKeys } from "../signing/kms-keys.ts";
import { readBook, readIndexer } from "../store/book.ts";
import { isHeld } from "../store/lease.ts";
import { dynamodb } from "../store/table.ts";
import type { LaneParts } from "../submitting/lane-step.ts";
import { sayLaneWaits } from "../submitting/lane-waits.ts";
import { defaultSubmitting } from "../submitting/settings.ts";
import { Tending } from "../submitting/tend.ts";
import type { WorkedOff } from "../submitting/work-off.ts";
import { workOff } from "../submitting/work-off.ts";
import { openChain } from "./open-chain.ts";
import { starter } from "./start-function.ts";
import { json, readVariables, tables } from "./variables.ts";

const variables = z.object({
  DEPLOYMENT: z.string(),
  TABLES: tables,
  CHAIN_SECRET: z.string(),
  INDEXER: z.string(),
  SUBMITTING: json(z.record(z.string(), z.number())),
});

/** A submitter stops by itself so long before its time-out, milliseconds. */
const MARGIN_MILLISECONDS = 20_000;

/** A lane was woken of which this deployment has no key. A retry does not help: look who put something into its queue. */
export class NoKeyHere extends Error {
  constructor(organisation: string) {
    super(`this deployment has no key of ${organisation}`);
    this.name = "NoKeyHere";
  }
}

/** One lane, worked off by one function at a time; whatever the time does not suffice for, the next one does. */
export async function submitFunction(scenarios: readonly Scenario[]) {
  const { DEPLOYMENT, TABLES, CHAIN_SECRET, INDEXER, SUBMITTING } = readVariables(variables);
  const kapok = new Kapok(scenarios, dynamodb(), TABLES, logger("submitter", DEPLOYMENT), false);
  const chain = await openChain(CHAIN_SECRET);
  const keys = new KmsKeys(kapok.core, kms());
  const functions = starter();
  const settings = { ...defaultSubmitting, ...SUBMITTING };

  return async ({ organisation }: { organisation: string }, context: Context): Promise<WorkedOff> => {
    const signal = AbortSignal.timeout(context.getRemainingTimeInMillis() - MARGIN_MILLISECONDS);
    // Nobody could ever sign: whoever woke this lane was mistaken, and waiting does not help.
    if ((await keys.addresses(organisation)).length === 0) throw new NoKeyHere(organisation);
    const tending = new Tending(kapok, chain, organisation);
    const parts: LaneParts = { organisation, kapok, chain, keys, settings, tending };
    const indexer = await readIndexer(kapok.core);
    if (!indexer || !isHeld(indexer)) await functions.start(INDEXER);
    const outcome = await workOffInTime(parts, signal);
    if (outcome === "unfinished") await functions.start(context.functionName, { organisation });
    return outcome;
  };
}

/** What fails, such as a chain that halts, is tried again until the time is up. */
async function workOffInTime(parts: LaneParts, signal: AbortSignal): Promise<WorkedOff> {
  const { kapok, chain, organisation } = parts;
  while (!signal.aborted) {
    try {
      const book = await readBook(kapok.core);
      if (book) await expectChain(chain, book);
      return await workOff(parts, signal);
    } catch (error) {
      sayLaneWaits(kapok.log, organisation, error);
      await pause(1000, undefined, { signal }).catch(() => undefined);
    }
  }
  return "unfinished";
}
