import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { provision } from "../../lambdas/core/administering/provision.ts";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import { rebuild } from "../../lambdas/core/indexing/rebuild.ts";
import { Kapok, tableNames } from "../../lambdas/core/kapok.ts";
import { explained, logger } from "../../lambdas/core/log.ts";
import { signsHere } from "../../lambdas/core/settings.ts";
import type { Settings } from "../../lambdas/core/settings.ts";
import { readCursor } from "../../lambdas/core/store/book.ts";
import { isRebuilding } from "../../lambdas/core/store/rebuilding.ts";
import { dynamodb, pause } from "../../lambdas/core/store/table.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { readSettings } from "../read-settings.ts";
import { administering } from "./administering.ts";
import { keepCredentials } from "./credentials.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment } from "./environment.ts";
import { chainPart, dynamodbPart } from "./parts.ts";
import { expectFree } from "./ports.ts";
import { Starts } from "./starts.ts";
import { Supervisor } from "./supervisor.ts";
import { createTables } from "./tables.ts";
import { welcome } from "./welcome.ts";

/** `npm start [-- --reset | --restored]`: the whole of Kapok on one machine. */
const sample = fileURLToPath(new URL("sample-settings.json", import.meta.url));
/** What a Kapok keeps in its home, and nobody else. */
const kept = [
  "administration",
  "chain",
  "dynamodb",
  "keys",
  ...["book", "credentials", "endpoints", "ports", "starts", "token-secret"].map((name) => `${name}.json`),
];

try {
  await start(readEnvironment(), new Set(process.argv.slice(2)));
} catch (error) {
  console.error(`Kapok does not start. ${explained(error)}`);
  process.exit(1);
}

async function start(environment: Environment, options: Set<string>): Promise<void> {
  for (const option of options) {
    if (!["--reset", "--restored"].includes(option))
      throw new Error(`There is no option ${option}: --reset, --restored.`);
  }
  const { home, port, tables } = environment;
  const supervisor = await Supervisor.open(home.path);
  await expectFree(home.path, "the API (PORT)", port);
  const settingsPath = environment.settings ?? sample;
  const settings = readSettings(settingsPath);
  if (options.has("--reset")) reset(environment);

  const store = await dynamodbPart(home.path);
  if (store.part) await supervisor.start(store.part);
  const ledger = await chainOf(settings, home.path);
  if (ledger.part) await supervisor.start(ledger.part);

  const kapok = new Kapok(scenarios, dynamodb(store.url), tableNames(tables, scenarios), logger("start"));
  const chain = new Chain(ledger.url.split(","));
  await chain.reachable(() => console.log(`Waiting for the chain at ${ledger.url}`));
  await createTables(
    kapok.client,
    kapok.tables().map((table) => table.name),
  );
  const starts = await Starts.read(home, kapok.core);
  const { book, strangers } = await provision({
    kapok,
    chain,
    keys: home.keys,
    settings,
    rpcUrl: ledger.url,
    restored: options.has("--restored") || starts.storeIsOlder,
    known: () => home.book(),
    keep: (file) => home.keepBook(file),
    administer: (work) => administering({ home, kapok, chain }, work),
  });
  await starts.count();
  if (await isRebuilding(kapok.core)) {
    console.log("A rebuild of the projections was interrupted; it is finished first.");
    await rebuild(kapok, chain, 0);
  }
  const own = settings.organisations.filter(signsHere);
  await keepCredentials(home, own, scenarios, port);
  const apiUrl = `http://127.0.0.1:${port}`;
  await home.write("endpoints.json", { apiUrl, chainUrl: ledger.url, dynamodbEndpoint: store.url, tables });

  const env = {
    ...passedOn(process.env),
    KAPOK_HOME: home.path,
    KAPOK_SETTINGS: settingsPath,
    KAPOK_TABLES: tables,
    CHAIN_RPC_URL: ledger.url,
    DYNAMODB_ENDPOINT: store.url,
    PORT: String(port),
  };
  for (const name of ["indexer", "submitter", "api"]) {
    const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
    await supervisor.start({ name, command: process.execPath, args: [file], env });
  }
  await untilLearned(kapok, chain, book.incarnation);
  console.log(welcome({ apiUrl, chainUrl: ledger.url, home: home.path, strangers, scenarios }));
}

/** Waits until the store knows the chain, and says now and then how far it is. */
async function untilLearned(kapok: Kapok, chain: Chain, incarnation: string): Promise<void> {
  for (let told = performance.now(); ;) {
    const cursor = await readCursor(kapok.core);
    if (cursor?.learned === incarnation) return;
    if (performance.now() - told > 5000) {
      const head = await chain.head().catch(() => "?");
      console.log(`Learning from the chain: block ${cursor?.blockNumber ?? 0} of ${head}`);
      told = performance.now();
    }
    await pause(100);
  }
}

/** Begins anew: what Kapok kept goes, but the lock, which this process holds, and the logs. */
function reset({ home, dynamodbEndpoint }: Environment): void {
  if (dynamodbEndpoint) {
    throw new Error(
      "--reset cannot empty the store at DYNAMODB_ENDPOINT. Begin anew with another KAPOK_TABLES and KAPOK_HOME.",
    );
  }
  for (const name of kept) rmSync(join(home.path, name), { recursive: true, force: true });
}

/** The chain of the environment, of the book that is joined, or the embedded one. */
async function chainOf(settings: Settings, home: string) {
  if (settings.book === "create" || process.env["CHAIN_RPC_URL"]) return chainPart(home);
  return { url: settings.book.rpcUrl };
}

/** What the parts may see of this process's environment: nothing of the shell that they have no use for. */
function passedOn(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = /^(KAPOK_|AWS_|NODE_(OPTIONS|EXTRA_CA_CERTS|COMPILE_CACHE)$)/;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.test(name)));
}
