/**
 * `npm run audit`: replays the book from the chain alone and checks every numbered law of every scenario, the contracts'
 * state, and the store: of this home, or of the deployment that KAPOK_SETTINGS names. `npm run audit -- --book FILE` needs
 * nothing but a book.json: any member can run it.
 * Exit code 0: all agree; 1: a law is broken, and this says which and where; 2: it could not be checked.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { audit } from "../lambdas/core/auditing/audit.ts";
import { LawBroken } from "../lambdas/core/auditing/book.ts";
import { Report } from "../lambdas/core/auditing/report.ts";
import { Chain } from "../lambdas/core/chain/chain.ts";
import { explained } from "../lambdas/core/log.ts";
import { readBook } from "../lambdas/core/store/book.ts";
import { parseBookFile } from "../lambdas/core/settings.ts";
import { scenarios } from "../lambdas/scenarios.ts";
import { readEnvironment } from "./start/environment.ts";
import type { FoundKapok } from "./with-kapok.ts";
import { isHere, withKapok } from "./with-kapok.ts";

const PROGRESS_MILLISECONDS = 5000;

let saidAt: number | undefined;
const report = new Report(({ number }) => {
  saidAt ??= Date.now();
  if (Date.now() - saidAt < PROGRESS_MILLISECONDS) return;
  saidAt = Date.now();
  console.error(`… block ${number}`);
});

try {
  const { values } = parseArgs({ options: { book: { type: "string" } } });
  await (values.book ? auditFile(values.book) : auditKapok());
  console.log(`${report}\n\nEverything agrees.`);
} catch (error) {
  const { exitCode, said } = failure(error);
  console.log([`${report}`, said].filter((text) => text !== "").join("\n\n"));
  process.exitCode = exitCode;
}

async function auditFile(path: string): Promise<void> {
  const { rpcUrl, ...book } = parseBookFile(JSON.parse(await readFile(path, "utf8")));
  const urls = (process.env["CHAIN_RPC_URL"] || rpcUrl).split(",").map((url) => url.trim());
  await audit({ chain: new Chain(urls), scenarios, book }, report);
}

/** The book of a home is the one in its file, whatever its store says. */
async function auditKapok(): Promise<void> {
  const { home } = readEnvironment();
  const here = isHere();
  const own = here ? await home.book() : undefined;
  if (here && !own) throw new Error(`${home.path} has no book.json: start Kapok there first, or name one by --book`);
  const work = async ({ place, kapok, chain }: FoundKapok) => {
    const book = own ?? (await readBook(kapok.core));
    if (!book) throw new Error(`${place} has no book: npm run deploy makes it`);
    await audit({ chain: await chain(), scenarios, book, kapok }, report);
  };
  await withKapok("audit", work, true);
}

function failure(error: unknown): { exitCode: number; said: string } {
  if (!(error instanceof LawBroken)) return { exitCode: 2, said: `Could not be checked: ${explained(error)}` };
  const { law, message, place } = error;
  const where = place ? `\n  block ${place.blockNumber}, log ${place.logIndex}, transaction ${place.hash}` : "";
  return { exitCode: 1, said: `BROKEN: ${law}\n  ${message}${where}` };
}
