import type { EnvelopeEntry } from "../chain/envelope.ts";
import { checkpoint } from "../checkpoint.ts";
import type { Entry } from "../store/journal.ts";
import { journalEntry } from "../store/journal.ts";
import { useNonce } from "../store/lanes.ts";
import { submitCall } from "./batch.ts";
import type { LaneParts, LaneView } from "./lane-step.ts";
import { sign } from "./transaction.ts";

/** One transaction's worth of entries, and where they were taken from. */
export type Sending = Pick<Entry, "scenario" | "ids" | "queued" | "partly" | "closes"> & {
  to: string;
  entries: EnvelopeEntry[];
  gas: number;
  onlyReject?: boolean;
};

/** Signs one transaction, writes it into the journal, and only then broadcasts it. */
export async function send(parts: LaneParts, view: LaneView, batch: Sending): Promise<void> {
  const { organisation, kapok, keys, settings, tending } = parts;
  const { lane, book } = view;
  const { to, entries, gas, onlyReject, ...taken } = batch;
  const { ids, closes } = taken;
  const nonce = lane.nextNonce;
  const signer = await keys.signer(lane.signer);
  const { hash, bytes } = await sign(signer, { chainId: book.chainId, nonce, to, data: submitCall(entries), gas });
  const candidate = { hash, count: ids.length, at: Date.now(), ...(onlyReject && { void: true }) };
  const bound = lane.limit === undefined ? {} : { limit: lane.limit };
  const entry: Entry = { nonce, ...taken, ...bound, candidates: [candidate] };

  await checkpoint("signed-not-journaled");
  await kapok.core.transact([
    useNonce(kapok.core, lane, closes !== undefined),
    ...journalEntry(kapok.core, organisation, entry, bytes),
  ]);
  kapok.log.info("submitted", { organisation, scenario: taken.scenario, nonce, hash, operations: ids });
  const late = performance.now() - view.readAt > settings.timeoutMilliseconds;
  if (!late) await tending.broadcast(nonce, 0, bytes);
}
