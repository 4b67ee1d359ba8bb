import type { Logger } from "../log.ts";
import { sampled } from "../metrics.ts";
import type { Entry } from "../store/journal.ts";
import { sinceOf } from "../store/queue.ts";
import type { Decided } from "./read-block.ts";

/**
 * Says what one transaction of our own decided, once its journal entry is closed. Nothing is read for it: the entry's
 * queue items say since when its operations waited. Where a part of the entry waits again, nobody knows which items they
 * are of, and no time is measured.
 * @param decided what the block decided of the lane's organisation
 */
export function sayDecided(
  log: Logger,
  organisation: string,
  entry: Entry,
  mined: { blockNumber: number; nonce: number; hash: string; status: number },
  decided: Decided[],
): void {
  const { blockNumber: block, nonce, hash, status } = mined;
  const candidate = entry.candidates.find((each) => each.hash === hash);
  if (!candidate || status === 0 || candidate.count === 0) return;
  const held = new Set(entry.ids.slice(0, candidate.count));
  const idsOf = (outcome: Decided["decision"]["status"]) =>
    decided.filter(({ id, decision }) => held.has(id) && decision.status === outcome).map(({ id }) => id);
  const [final, rejected] = [idsOf("final"), idsOf("rejected")];

  const isWhole = held.size === entry.ids.length;
  const now = Date.now();
  const waited = [...entry.queued, ...(entry.partly ?? [])].map((key) => Math.max(0, now - sinceOf(key)));
  const values = {
    Final: final.length,
    Rejected: rejected.length,
    ...(isWhole && waited.length > 0 && { TimeToFinal: sampled(waited) }),
  };
  const { scenario } = entry;
  log.info(
    "decided",
    { organisation, scenario, block, nonce, hash, final, rejected },
    { values, organisation, scenario },
  );
}
