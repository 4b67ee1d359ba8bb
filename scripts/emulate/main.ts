/**
 * `npm run emulate`: the cloud on this machine. Starts an emulator of AWS and a chain, deploys all of Kapok into it by the
 * code of `npm run deploy`, and stays up; Ctrl-C ends everything that it started. Only the chain is kept for the next time:
 * each emulated account is an empty one, which finds its book on the chain no more, since its keys are gone.
 */
import { join } from "node:path";
import { rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { explained } from "../../lambdas/core/log.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { CdkFailed } from "../deploy/cdk.ts";
import { readEnvironment } from "../start/environment.ts";
import { chainPart } from "../start/parts.ts";
import { expectFree } from "../start/ports.ts";
import { Supervisor } from "../start/supervisor.ts";
import { Emulation } from "./emulation.ts";
import type { Emulator } from "./emulator.ts";
import { startEmulator } from "./emulator.ts";

const sample = new URL("../start/sample-settings.json", import.meta.url);

try {
  await emulate();
} catch (error) {
  const hint = error instanceof CdkFailed ? ` ${join(readEnvironment().home.path, "deploy.log")} says why.` : "";
  console.error(`Nothing is emulated. ${explained(error)}${hint}`);
  process.exit(1);
}

async function emulate(): Promise<void> {
  const { home, port, settings: path } = readEnvironment();
  const supervisor = await Supervisor.open(home.path);
  await expectFree(home.path, "the API (PORT)", port);
  const settings = JSON.parse(await readFile(path ?? sample, "utf8")) as Record<string, unknown>;
  const joined = settings["book"] as { rpcUrl?: string } | undefined;
  const ledger = joined?.rpcUrl ? { url: process.env["CHAIN_RPC_URL"] ?? joined.rpcUrl } : await chainPart(home.path);
  if ("part" in ledger && ledger.part) await supervisor.start(ledger.part);

  console.log("Starting an emulator of AWS, and deploying into it. That takes half a minute.");
  const emulator = await startEmulator({ folder: join(home.path, "emulator") });
  void emulator.ended.then((reason) => {
    console.error(`The emulator of AWS ended: ${reason}`);
    process.exit(1);
  });
  const chain = { urls: ledger.url.split(",") };
  const emulation = await Emulation.begin({ emulator, home: home.path, settings, chain, say: console.log });
  const { url } = await emulation.open(port);
  const environment = writeEnvironment(emulation, emulator);
  console.log(welcome(url, emulation, ledger.url, emulator.log, environment));
  for (const { example } of scenarios) console.log(`Try it in another terminal:\n\n${example(url)}\n`);
  console.log("Ctrl-C stops it.");
}

/** Writes what a shell needs to speak to the emulated account as its operator. @returns the file */
function writeEnvironment({ home, settingsPath }: Emulation, { environment }: Emulator): string {
  const path = join(home.path, "emulator.env");
  const variables = Object.entries({ ...environment, KAPOK_SETTINGS: settingsPath });
  rmSync(path, { force: true });
  writeFileSync(path, variables.map(([name, value]) => `export ${name}='${value}'\n`).join(""), { mode: 0o600 });
  return path;
}

function welcome(
  url: string,
  { home, settingsPath }: Emulation,
  chainUrl: string,
  log: string,
  environment: string,
): string {
  return [
    "",
    "Kapok is deployed into an emulated AWS.",
    `  API          ${url}   ${url}/docs`,
    `  chain        ${chainUrl}`,
    `  credentials  ${join(home.path, "credentials.json")}`,
    `  the book     ${join(home.path, "book.json")}`,
    `  settings     ${settingsPath}`,
    `  logs         ${log}   ${join(home.path, "deploy.log")}`,
    "",
    "Look at it from another terminal as its operator would: npm run status, npm run audit, npm run trace -- OPERATION,",
    `after this, which names the emulated account and its settings:  . ${environment}`,
    "",
  ].join("\n");
}
