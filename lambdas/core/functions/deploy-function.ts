import { randomUUID } from "node:crypto";
import type { CloudFormationCustomResourceEvent, Context } from "aws-lambda";
import type { KMSClient } from "@aws-sdk/client-kms";
import * as z from "zod";
import { Administrator } from "../administering/administrator.ts";
import { provision } from "../administering/provision.ts";
import type { Chain } from "../chain/chain.ts";
import { Kapok } from "../kapok.ts";
import { logger } from "../log.ts";
import type { Scenario } from "../scenario.ts";
import type { Settings } from "../settings.ts";
import { parseSettings } from "../settings.ts";
import { kms } from "../signing/kms.ts";
import { addressOfKey, KmsKeys } from "../signing/kms-keys.ts";
import type { BookFile } from "../store/book.ts";
import { readBook } from "../store/book.ts";
import { keepClient } from "../store/clients.ts";
import { ADMINISTRATOR } from "../store/lanes.ts";
import { keepSigningKey, readSigningKey } from "../store/signing-keys.ts";
import { dynamodb } from "../store/table.ts";
import { openChain } from "./open-chain.ts";
import { readVariables, tables } from "./variables.ts";

const variables = z.object({ DEPLOYMENT: z.string(), TABLES: tables, CHAIN_SECRET: z.string() });

/** What a deployment asks for, as the properties of its custom resource. CloudFormation makes text of every number. */
const wanted = z.object({
  /** The settings file, as JSON. */
  settings: z.string(),
  /** ARNs of keys by organisation, and of the administrator's. */
  keys: z.record(z.string(), z.string()),
  clients: z.array(
    z.object({ clientId: z.string(), organisation: z.string(), name: z.string(), scopes: z.array(z.string()) }),
  ),
});

/**
 * What the deployment's custom resource starts: makes the book and everything that the settings ask for, or finds that it
 * is there. Nothing is ever taken away: a book outlives its deployment.
 */
export async function deployFunction(scenarios: readonly Scenario[]) {
  const { DEPLOYMENT, TABLES, CHAIN_SECRET } = readVariables(variables);
  const kapok = new Kapok(scenarios, dynamodb(), TABLES, logger("deployer", DEPLOYMENT), false);
  const client = kms();

  return async (event: CloudFormationCustomResourceEvent, context: Context) => {
    const PhysicalResourceId = "book";
    if (event.RequestType === "Delete") return { PhysicalResourceId };
    const { settings: text, keys, clients } = wanted.parse(event.ResourceProperties);
    const settings = parseSettings(JSON.parse(text), scenarios);
    await keepKeys(kapok, client, keys);
    for (const each of clients) await keepClient(kapok.core, each);
    const chain = await openChain(CHAIN_SECRET);
    const { book, strangers } = await deploy(kapok, chain, client, settings, context.awsRequestId);
    const unknown = strangers.map(({ organisation, signer }) => `${organisation.id} ${signer}`);
    kapok.log.info("deployed", { chainId: book.chainId, strangers: unknown });
    return { PhysicalResourceId, Data: { strangers: unknown.join(", ") } };
  };
}

async function deploy(kapok: Kapok, chain: Chain, client: KMSClient, settings: Settings, owner: string) {
  const stored = new KmsKeys(kapok.core, client);
  const keys = Object.assign(stored, {
    create: async (organisation: string): Promise<string> => {
      throw new Error(`${organisation} has no key: every organisation of the settings gets one with its deployment`);
    },
  });
  return provision({
    kapok,
    chain,
    keys,
    settings,
    rpcUrl: "",
    restored: false,
    known: async (): Promise<BookFile | undefined> => {
      const book = await readBook(kapok.core);
      return book && { ...book, rpcUrl: "" };
    },
    keep: async () => undefined,
    administer: async (work) => {
      const address = (await keys.addresses(ADMINISTRATOR)).at(-1);
      if (!address) throw new Error("this Kapok joined its book and does not administer it");
      const administrator = await Administrator.open(
        kapok.core,
        chain,
        await keys.signer(address),
        owner || randomUUID(),
      );
      try {
        return await work(administrator);
      } finally {
        await administrator.close();
      }
    },
  });
}

/** Notes which key has which address. A key that is known keeps its place, so that the newest stays the newest. */
async function keepKeys(kapok: Kapok, client: KMSClient, keys: Record<string, string>): Promise<void> {
  for (const [organisation, arn] of Object.entries(keys)) {
    const address = await addressOfKey(client, arn);
    if (await readSigningKey(kapok.core, address)) continue;
    await keepSigningKey(kapok.core, { address, organisation, arn, since: new Date().toISOString() });
  }
}
