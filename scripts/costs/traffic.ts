import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Desk } from "../../test/points/end-to-end/desk.ts";
import type { Workload } from "./workloads.ts";

/** The longest that a client lets a call wait, seconds. */
const LONGEST_WAIT = 20;

/**
 * Members of the programme who earn one point and redeem it again, at a steady rate for some seconds of this machine.
 * @returns the operations that were accepted, when all of them are decided, and how many calls that took
 */
export async function traffic(
  desk: Desk,
  members: string[],
  { rate, together, waits, slowed }: Workload,
  seconds: number,
): Promise<{ operations: number; requests: number }> {
  const pace = rate / slowed;
  const size = together === "single" ? 1 : pace * together.seconds;
  const count = Math.max(1, Math.round((pace * seconds) / size));
  const [sent, began]: [Promise<string[]>[], number] = [[], Date.now()];
  for (let call = 0; call < count; call++) {
    await sleep(Math.max(0, began + (call * size * 1000) / pace - Date.now()));
    const body = (index: number) => ({ member: members[(call * size + index) % members.length], points: 1 });
    const kind = call % 2 === 0 ? "earn" : "redeem";
    sent.push(
      together === "single"
        ? single(desk, kind, body(0), waits)
        : batch(
            desk,
            Array.from({ length: size }, (_, index) => ({ key: randomUUID(), kind, ...body(index) })),
          ),
    );
  }
  const ids = (await Promise.all(sent)).flat();
  return { operations: ids.length, requests: count };
}

async function single(desk: Desk, kind: string, body: unknown, waits: boolean): Promise<string[]> {
  const path = `/v1/points/${kind === "earn" ? "earnings" : "redemptions"}`;
  const answer = await desk.post(path, body, waits ? { wait: LONGEST_WAIT } : {});
  if (answer.status > 202) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return [answer.body.id];
}

async function batch(desk: Desk, operations: unknown[]): Promise<string[]> {
  const { status, body } = await desk.post("/v1/points/batches", { operations });
  if (status !== 202) throw new Error(`a batch was answered ${status}: ${JSON.stringify(body)}`);
  return body.operations.map(({ id }: { id: string }) => id);
}
