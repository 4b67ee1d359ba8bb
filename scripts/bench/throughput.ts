import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { RunningKapok, settingsOf } from "../../test/core/running-kapok.ts";
import type { ApiClient } from "../../test/core/api-client.ts";
import { pause } from "../../lambdas/core/store/table.ts";
import type { Run } from "./measure.ts";
import { inParallel, measure } from "./measure.ts";

const MEMBERS = 5000;
const SINGLES = 6000;
const BATCHED = 20_000;
const AT_ONCE = 1000;
const BATCH = 1000;
const BATCHES_AT_ONCE = 6;
/** One single call in so many is asked twice: for its 202, and for its end. */
const SAMPLED = 20;

/** Redemptions through a whole Kapok and transfers through a plain relayer, on the same node, in turns. */
export async function throughput(rounds: number, tokenArtifact: string): Promise<Run[]> {
  const kapok = await RunningKapok.start({
    settings: settingsOf({ dailyIssueCap: 1e12 }),
    env: { CHAIN_NONCE_DISTANCE: "100000" },
  });
  const { chainUrl } = kapok.read<{ chainUrl: string }>("endpoints.json");
  const relayer = await startRelayer(chainUrl, tokenArtifact);
  try {
    const processes = { ...kapok.parts(), client: process.pid, relayer: relayer.pid };
    const client = kapok.client("hotel-b");
    const members = await enrolled(kapok.client("hotel-a"));
    const runs: Run[] = [];
    for (let round = 0; round < rounds; round++) {
      runs.push(
        await measure("plain relayer", SINGLES, { chainUrl, processes }, (noted) => relay(relayer.port, noted.final)),
      );
      runs.push(
        await measure("single calls", SINGLES, { chainUrl, processes }, (noted) => singles(client, members, noted)),
      );
      runs.push(await measure("batches", BATCHED, { chainUrl, processes }, (noted) => batches(client, members, noted)));
    }
    return runs;
  } finally {
    relayer.stop();
    await kapok.remove();
  }
}

async function startRelayer(chainUrl: string, artifact: string) {
  const child = fork(fileURLToPath(new URL("relayer.ts", import.meta.url)), [chainUrl, artifact]);
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: { port: number }) => resolve(message.port));
    child.once("exit", () => reject(new Error("the relayer did not start")));
  });
  return { port, pid: child.pid!, stop: () => child.kill() };
}

/** Members with enough points for all that follows. */
async function enrolled(client: ApiClient): Promise<string[]> {
  const members: string[] = [];
  await inParallel(Array.from({ length: MEMBERS }), 500, async () => {
    members.push((await client.post("/v1/points/members", {}, { wait: 20 })).body.id);
  });
  await sendBatches(client, members, "earn", MEMBERS, 100_000, { accepted: [], final: [] });
  return members;
}

async function relay(port: number, final: number[]): Promise<void> {
  await inParallel(Array.from({ length: SINGLES }), AT_ONCE, async () => {
    const began = performance.now();
    const to = `0x${randomUUID().replaceAll("-", "")}00000000`;
    const answer = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: JSON.stringify({ to }) });
    await answer.json();
    final.push(performance.now() - began);
  });
}

async function singles(
  client: ApiClient,
  members: string[],
  noted: { accepted: number[]; final: number[] },
): Promise<void> {
  const numbers = Array.from({ length: SINGLES }, (_, number) => number);
  await inParallel(numbers, AT_ONCE, async (number) => {
    const body = { member: members[number % members.length], points: 1 };
    const [key, began] = [randomUUID(), performance.now()];
    if (number % SAMPLED === 0) {
      await client.post("/v1/points/redemptions", body, { key });
      noted.accepted.push(performance.now() - began);
    }
    const { status } = await client.post("/v1/points/redemptions", body, { key, wait: 20 });
    if (status !== 200) throw new Error(`a redemption was answered ${status}`);
    noted.final.push(performance.now() - began);
  });
}

async function batches(
  client: ApiClient,
  members: string[],
  noted: { accepted: number[]; final: number[] },
): Promise<void> {
  const expected = (await redeemed(client)) + BATCHED;
  await sendBatches(client, members, "redeem", BATCHED, 1, noted);
  while ((await redeemed(client)) < expected) await pause(50);
}

/** Points that the client's organisation has redeemed by now: so that no operation is counted that was not done. */
async function redeemed(client: ApiClient): Promise<number> {
  const { body } = await client.get("/v1/points/positions");
  return body.positions[0].redeemed;
}

async function sendBatches(
  client: ApiClient,
  members: string[],
  kind: string,
  count: number,
  points: number,
  noted: { accepted: number[]; final: number[] },
): Promise<void> {
  const firsts = Array.from({ length: count / BATCH }, (_, number) => number * BATCH);
  await inParallel(firsts, BATCHES_AT_ONCE, async (first) => {
    const operations = Array.from({ length: BATCH }, (_, index) => {
      return { key: randomUUID(), kind, member: members[(first + index) % members.length], points };
    });
    const began = performance.now();
    const { status, body } = await client.post("/v1/points/batches", { operations });
    if (status !== 202) throw new Error(`a batch was answered ${status}`);
    noted.accepted.push(performance.now() - began);
    await decided(client, body.operations.at(-1).id);
    noted.final.push(performance.now() - began);
  });
}

/** Waits until an operation is final. A lane takes what waits in order, so the last of a batch stands for it. */
async function decided(client: ApiClient, id: string): Promise<void> {
  for (;;) {
    const { body } = await client.get(`/v1/operations/${id}`);
    if (body.status === "final") return;
    if (body.status === "rejected") throw new Error(`an operation was rejected: ${body.problem.detail}`);
    await pause(100);
  }
}
