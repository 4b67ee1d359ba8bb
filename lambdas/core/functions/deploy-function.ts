import type { CloudFormationCustomResourceEvent, Context } from "aws-lambda";
import * as z from "zod";
import { Administrator, AdministratorBusy } from "../administering/administrator.ts";
import { provision } from "../administering/provision.ts";
import { awaitRotation, rotate } from "../administering/rotate.ts";
import type { Chain } from "../chain/chain.ts";
import { Kapok } from "../kapok.ts";
import { logger } from "../log.ts";
import type { Scenario } from "../scenario.ts";
import { everyRole } from "../scopes.ts";
import type { Settings } from "../settings.ts";
import { parseSettings } from "../settings.ts";
import type { KeyMaker } from "../signing/keys.ts";
import { kms } from "../signing/kms.ts";
import type { BookFile } from "../store/book.ts";
import { readBook } from "../store/book.ts";
import { ADMINISTRATOR, LEASE_MILLISECONDS, readLane } from "../store/lanes.ts";
import { dynamodb, pause } from "../store/table.ts";
import { answering } from "./answer-cloudformation.ts";
import { keepClients } from "./deployed-clients.ts";
import { deployedKeys, keepKeys } from "./deployed-keys.ts";
import { openChain } from "./open-chain.ts";
import { starter } from "./start-function.ts";
import { readVariables, tables } from "./variables.ts";

const variables = z.object({ DEPLOYMENT: z.string(), TABLES: tables, CHAIN_SECRET: z.string(), SWEEPER: z.string() });

/** What a deployment asks for, as the properties of its custom resources. */
const wanted = z.object({
  /** `book`: what everything else needs. `signers`: who signs with another key from now on, once the rest works. */
  step: z.enum(["book", "signers"]),
  /** The settings file, as JSON. */
  settings: z.string(),
  keys: z.object({
    organisations: z.record(z.string(), z.array(z.string())).default({}),
    administrator: z.string().optional(),
  }),
  /** The user pool that has the clients. */
  pool: z.string(),
  clients: z
    .array(z.object({ label: z.string(), organisation: z.string(), name: z.string(), scopes: z.array(z.string()) }))
    .default([]),
});

interface Deploying {
  kapok: Kapok;
  chain: Chain;
  keys: KeyMaker;
  settings: Settings;
  administer<T>(work: (administrator: Administrator) => Promise<T>): Promise<T>;
}

/**
 * What the deployment's custom resources start: makes the book and everything that the settings ask for, or finds that it
 * is there. Nothing is ever taken away: a book outlives its deployment.
 */
export async function deployFunction(scenarios: readonly Scenario[]) {
  const { DEPLOYMENT, TABLES, CHAIN_SECRET, SWEEPER } = readVariables(variables);
  const kapok = new Kapok(scenarios, dynamodb(), TABLES, logger("deployer", DEPLOYMENT), false);
  const client = kms();
  const keys = deployedKeys(kapok, client);
  const functions = starter();

  return (event: CloudFormationCustomResourceEvent, { awsRequestId }: Context) =>
    answering(event, event.ResourceProperties["step"], async () => {
      if (event.RequestType === "Delete") return {};
      const asked = wanted.parse(event.ResourceProperties);
      const settings = parseSettings(JSON.parse(asked.settings), scenarios);
      const chain = await openChain(CHAIN_SECRET);
      const administer = administering(kapok, chain, keys, awsRequestId);
      const deploying: Deploying = { kapok, chain, keys, settings, administer };
      if (asked.step === "signers") {
        // Nobody needs to wait for the next minute until what was deployed works.
        await functions.start(SWEEPER);
        return changeSigners(deploying);
      }
      await keepKeys(kapok, client, asked.keys);
      await keepClients(kapok, asked.pool, asked.clients);
      return makeBook(deploying);
    });
}

/** @returns the signers that the book does not know, so that its operator has to add them */
async function makeBook({ kapok, chain, keys, settings, administer }: Deploying): Promise<{ strangers: string }> {
  const known = async (): Promise<BookFile | undefined> => {
    const book = await readBook(kapok.core);
    return book && { ...book, rpcUrl: "" };
  };
  const keep = async () => undefined;
  const made = await provision({ kapok, chain, keys, settings, rpcUrl: "", restored: false, known, keep, administer });
  const strangers = made.strangers.map(({ organisation, signer }) => `${organisation.id} ${signer}`).join(", ");
  kapok.log.info("deployed", { chainId: made.book.chainId, strangers });
  return { strangers };
}

/** Whoever got a newer key than the one its lane signs with signs with that from now on. */
async function changeSigners(deploying: Deploying): Promise<{ changed: string }> {
  const { kapok, chain, keys, settings, administer } = deploying;
  const book = await readBook(kapok.core);
  if (!book) throw new Error("there is no book yet");
  const roles = everyRole(kapok.scenarios);
  const changed: string[] = [];
  for (const { id, signer } of settings.organisations) {
    const lane = await readLane(kapok.core, id);
    const newest = (await keys.addresses(id)).at(-1);
    if (!lane || !newest || (lane.signer === newest && !lane.rotation)) continue;
    const lost = typeof signer === "object" && "lost" in signer && signer.lost === true;
    const say = (line: string) => kapok.log.info("rotation", { organisation: id, line });
    if (settings.book === "create") {
      await administer((administrator) => rotate({ kapok, chain, keys, book, administrator, say }, id, roles, lost));
    } else {
      const { to } = await awaitRotation({ kapok, chain, keys, book }, id, lost);
      say(`waits until the operator of the book lets ${to} speak`);
    }
    changed.push(id);
  }
  return { changed: changed.join(", ") };
}

/** The administrator's lane, as soon as whoever had it last can have it no more. */
function administering(kapok: Kapok, chain: Chain, keys: KeyMaker, owner: string): Deploying["administer"] {
  return async (work) => {
    const address = (await keys.addresses(ADMINISTRATOR)).at(-1);
    if (!address) throw new Error("this Kapok joined its book and does not administer it");
    const administrator = await opened(kapok, chain, keys, address, owner);
    try {
      return await work(administrator);
    } finally {
      await administrator.close();
    }
  };
}

async function opened(kapok: Kapok, chain: Chain, keys: KeyMaker, address: string, owner: string) {
  const until = Date.now() + 2 * LEASE_MILLISECONDS;
  for (;;) {
    try {
      return await Administrator.open(kapok.core, chain, await keys.signer(address), owner);
    } catch (error) {
      if (!(error instanceof AdministratorBusy) || Date.now() > until) throw error;
      await pause(1000);
    }
  }
}
