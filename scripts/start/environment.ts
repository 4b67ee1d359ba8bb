import { resolve } from "node:path";
import { z } from "zod";
import type { Scenario } from "../../lambdas/core/scenario.ts";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import { Kapok, tableNames } from "../../lambdas/core/kapok.ts";
import { explained, logger } from "../../lambdas/core/log.ts";
import { dynamodb } from "../../lambdas/core/store/table.ts";
import { Home } from "./home.ts";

const schema = z.object({
  KAPOK_HOME: z.string().min(1).default(".kapok"),
  KAPOK_SETTINGS: z.string().min(1).optional(),
  KAPOK_TABLES: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,80}$/)
    .default("kapok"),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  CHAIN_RPC_URL: z.string().min(1).optional(),
  DYNAMODB_ENDPOINT: z.url().optional(),
});

/** What the environment says, parsed once. */
export interface Environment {
  home: Home;
  /** Path of the settings file; the sample where absent. */
  settings?: string;
  /** Prefix of the names of the tables. */
  tables: string;
  port: number;
  /** JSON-RPC endpoints, where the chain is not the embedded one. */
  chainUrls?: string[];
  dynamodbEndpoint?: string;
}

/** @throws Error that names each variable that cannot be used */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`the environment cannot be used: ${faults.join("; ")}`);
  }
  const { KAPOK_HOME, KAPOK_SETTINGS, KAPOK_TABLES, PORT, CHAIN_RPC_URL, DYNAMODB_ENDPOINT } = parsed.data;
  return {
    home: new Home(resolve(KAPOK_HOME)),
    tables: KAPOK_TABLES,
    port: PORT,
    ...(KAPOK_SETTINGS && { settings: resolve(KAPOK_SETTINGS) }),
    ...(CHAIN_RPC_URL && { chainUrls: CHAIN_RPC_URL.split(",").map((url) => url.trim()) }),
    ...(DYNAMODB_ENDPOINT && { dynamodbEndpoint: DYNAMODB_ENDPOINT }),
  };
}

/** The same for a command, which says what cannot be used and ends. */
export function environmentOrEnd(): Environment {
  try {
    return readEnvironment();
  } catch (error) {
    console.error(explained(error));
    process.exit(1);
  }
}

/** What a part of a running Kapok works with. */
export interface Parts {
  environment: Environment;
  kapok: Kapok;
  chain: Chain;
}

/** For a part that runs as a process of its own: its chain and its store are named by the environment. */
export function openParts(part: string, scenarios: readonly Scenario[], environment = readEnvironment()): Parts {
  const { chainUrls, dynamodbEndpoint, tables } = environment;
  if (!chainUrls || !dynamodbEndpoint) throw new Error(`${part} needs CHAIN_RPC_URL and DYNAMODB_ENDPOINT`);
  const kapok = new Kapok(scenarios, dynamodb(dynamodbEndpoint), tableNames(tables, scenarios), logger(part));
  return { environment, kapok, chain: new Chain(chainUrls) };
}
