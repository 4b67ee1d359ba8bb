/** The two parts that stand in for what Kapok uses elsewhere: the table and the chain. Each can be swapped for the real one. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Part } from "./part.ts";
import { expectFree, keptPort } from "./ports.ts";
import { findDynoxide } from "./programs.ts";

/** Where something is, and the part that has to run for it; none where the environment names another place. */
export interface Endpoint {
  readonly url: string;
  readonly part?: Part;
}

/** The DynamoDB-compatible engine, with its file in `dynamodb/`; or DYNAMODB_ENDPOINT. */
export async function dynamodbPart(home: string): Promise<Endpoint> {
  const elsewhere = process.env["DYNAMODB_ENDPOINT"];
  if (elsewhere) return { url: elsewhere };
  const port = await keptPort(home, "dynamodb");
  await expectFree(home, "dynamodb", port);
  const folder = join(home, "dynamodb");
  mkdirSync(folder, { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, "tables.db");
  const args = ["serve", "--host", "127.0.0.1", "--port", String(port), "--db-path", file];
  const part = { name: "dynamodb", command: findDynoxide(), args, env: {}, ready: answers(() => fetch(url)) };
  return { url, part };
}

/** The embedded chain, with its files in `chain/`; or CHAIN_RPC_URL. Variables named CHAIN_… and KAPOK_… reach it. */
export async function chainPart(home: string): Promise<Endpoint> {
  const elsewhere = process.env["CHAIN_RPC_URL"];
  if (elsewhere) return { url: elsewhere };
  const port = await keptPort(home, "chain");
  await expectFree(home, "chain", port);
  const url = `http://127.0.0.1:${port}`;
  const passed = Object.entries(process.env).filter(([name]) => /^(CHAIN|KAPOK)_|^NODE_COMPILE_CACHE$/.test(name));
  const part: Part = {
    name: "chain",
    command: process.execPath,
    args: [fileURLToPath(new URL("chain/main.ts", import.meta.url))],
    env: { ...Object.fromEntries(passed), CHAIN_HOME: join(home, "chain"), CHAIN_PORT: String(port) },
  };
  return { url, part };
}

/** A probe that asks until something answers. */
function answers(ask: () => Promise<Response>): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    while (!signal.aborted) {
      const answer = await ask().catch(() => undefined);
      if (answer?.ok) return;
      await sleep(20);
    }
  };
}
