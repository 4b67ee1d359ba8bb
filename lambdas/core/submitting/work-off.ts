import { randomUUID } from "node:crypto";
import type { Lane } from "../store/lanes.ts";
import { readLane } from "../store/lanes.ts";
import { isHeld } from "../store/lease.ts";
import { pause } from "../store/table.ts";
import { countWakeUps, markWakeUp } from "../store/wake-ups.ts";
import { ensureLane } from "./ensure-lane.ts";
import type { LaneParts } from "./lane-step.ts";
import { LaneWorker } from "./lane-worker.ts";

const UNDER_WAY_MILLISECONDS = 250;

/** `done`: nothing is left to do. `taken`: somebody else does it. `unfinished`: the time is up first. */
export type WorkedOff = "done" | "taken" | "unfinished";

/**
 * Works on one lane until nothing is left to do or the time is up. One that finds the lane taken leaves a mark, and an
 * owner that gives it back looks for marks since its last look: so no wake-up is lost, whoever comes first.
 * @param signal aborted when the time is up
 */
export async function workOff(parts: LaneParts, signal: AbortSignal, owner = randomUUID()): Promise<WorkedOff> {
  const { kapok, chain, keys, organisation } = parts;
  const worker = new LaneWorker(parts);
  // A look costs less than a write that is refused, and most of those that are woken find an owner at work.
  const isTaken = (lane: Lane | undefined) => lane !== undefined && isHeld(lane);
  if (isTaken(await ensureLane(kapok, chain, keys, organisation)) || !(await worker.take(owner))) {
    await markWakeUp(kapok.core, organisation);
    if (isTaken(await readLane(kapok.core, organisation)) || !(await worker.take(owner))) return "taken";
  }
  for (;;) {
    const seen = await workUntilIdle(worker, parts, signal).finally(() => worker.release());
    if (seen === undefined) return "unfinished";
    if ((await countWakeUps(kapok.core, organisation)) === seen) return "done";
    if (!(await worker.take(owner))) return "taken";
  }
}

/**
 * @returns how many marks there were before the last look, which found nothing to do; undefined where the time is up or
 * somebody else has the lane
 */
async function workUntilIdle(worker: LaneWorker, parts: LaneParts, signal: AbortSignal): Promise<number | undefined> {
  const { kapok, organisation } = parts;
  let seen: number | undefined;
  while (!signal.aborted) {
    const outcome = await worker.step();
    if (outcome === "lost") return undefined;
    if (outcome === "idle" && seen !== undefined) return seen;
    seen = outcome === "idle" ? await countWakeUps(kapok.core, organisation) : undefined;
    if (outcome === "waiting") await pause(UNDER_WAY_MILLISECONDS);
  }
  return undefined;
}
