import { existsSync } from "node:fs";
import { join } from "node:path";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import { Kapok, tableNames } from "../../lambdas/core/kapok.ts";
import { logger } from "../../lambdas/core/log.ts";
import { dynamodb } from "../../lambdas/core/store/table.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import type { Parts } from "./environment.ts";
import { readEnvironment } from "./environment.ts";
import { HomeInUseError, isHomeInUse } from "./lock.ts";
import { readJson } from "./durable-file.ts";
import { chainPart, dynamodbPart } from "./parts.ts";
import type { Endpoint } from "./parts.ts";
import { knownPort } from "./ports.ts";
import { Supervisor } from "./supervisor.ts";

interface Endpoints {
  chainUrl: string;
  dynamodbEndpoint: string;
  tables: string;
}

/** What a command works with. */
export interface CommandParts extends Parts {
  /** Whether no Kapok runs in this home, so that nobody else submits and indexes. */
  alone: boolean;
}

/**
 * Lets a command work on the chain and the store of this home: those of the Kapok that runs there, or, where none runs,
 * parts that are started for the time of the command.
 * @param patient whether the command waits for a chain that does not answer
 */
export async function withParts<T>(
  name: string,
  work: (parts: CommandParts) => Promise<T>,
  patient = true,
): Promise<T> {
  const environment = readEnvironment();
  const { home } = environment;
  if (!existsSync(join(home.path, "endpoints.json")) && !isHomeInUse(home.path)) {
    throw new Error(`no Kapok was ever started in ${home.path} (KAPOK_HOME): npm start does`);
  }
  const supervisor = await Supervisor.open(home.path).catch((error) => {
    if (error instanceof HomeInUseError) return undefined;
    throw error;
  });
  try {
    const endpoints = await (supervisor ? startParts(supervisor, home.path) : home.read<Endpoints>("endpoints.json"));
    if (!endpoints) throw new Error(`Kapok is being started in ${home.path}; try again when it runs`);
    const tables = endpoints.tables ?? environment.tables;
    const kapok = new Kapok(
      scenarios,
      dynamodb(endpoints.dynamodbEndpoint),
      tableNames(tables, scenarios),
      logger(name),
    );
    const chain = new Chain(endpoints.chainUrl.split(","));
    if (patient) await chain.reachable(() => console.error(`${name} waits for the chain at ${endpoints.chainUrl}`));
    return await work({ environment, kapok, chain, alone: supervisor !== undefined });
  } finally {
    await supervisor?.stop();
  }
}

/** The chain of the last start, unless the environment names another: that need not be this home's own. */
async function chainOf(home: string): Promise<Endpoint> {
  const last = readJson<Endpoints>(join(home, "endpoints.json"))?.chainUrl;
  const own = `http://127.0.0.1:${knownPort(home, "chain")}`;
  if (process.env["CHAIN_RPC_URL"] || last === undefined || last === own) return chainPart(home);
  return { url: last };
}

async function startParts(
  supervisor: Supervisor,
  home: string,
): Promise<Partial<Endpoints> & Omit<Endpoints, "tables">> {
  const store = await dynamodbPart(home);
  if (store.part) await supervisor.start(store.part);
  const chain = await chainOf(home);
  if (chain.part) await supervisor.start(chain.part);
  return { chainUrl: chain.url, dynamodbEndpoint: store.url };
}
