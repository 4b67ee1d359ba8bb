import type { Chain } from "../chain/chain.ts";
import type { EnvelopeEntry } from "../chain/envelope.ts";
import { voidEntry } from "../chain/envelope.ts";
import { checkpoint } from "../checkpoint.ts";
import { journalCandidate, readBytes } from "../store/journal.ts";
import { stillOwned } from "../store/lanes.ts";
import { simulation, sizeBatch, submitCall, submittedEntries } from "./batch.ts";
import type { LaneParts, LaneView } from "./lane-step.ts";
import { sign } from "./transaction.ts";

/**
 * A smaller transaction for the lowest nonce, beside those that do not land; false where none is smaller.
 * @param refused whether no node wants the last one. Where the chain could execute its only operation, it is not the
 * operation's fault, and that is not rejected for it.
 */
export async function addCandidate(parts: LaneParts, view: LaneView, refused: boolean): Promise<boolean> {
  const { organisation, kapok, chain, keys, settings, tending } = parts;
  const { lane, book, entries } = view;
  const entry = entries[0]!;
  const last = entry.candidates.at(-1)!;
  if (entry.closes !== undefined || last.void) return false;
  const scenario = kapok.scenario(entry.scenario);
  const onlyReject = last.count === 1;
  const count = onlyReject ? 1 : Math.floor(last.count / 2);
  const bytesBefore = await readBytes(kapok.core, organisation, entry.nonce, entry.candidates.length - 1);
  if (!bytesBefore) return true;
  const entriesBefore = submittedEntries(bytesBefore).slice(0, count);
  const smaller = onlyReject ? entriesBefore.map(({ operation }) => voidEntry(operation)) : entriesBefore;
  const to = book.addresses[scenario.ledger.contract]!;
  if (onlyReject && refused && (await isExecutable(chain, lane.signer, to, entriesBefore))) return false;
  const bounds = { gas: Infinity, operations: count };
  const simulate = simulation(chain, lane.signer, to, settings.gas);
  const { gas } = await sizeBatch(smaller, scenario, bounds, simulate);
  const signer = await keys.signer(lane.signer);
  const transaction = { chainId: book.chainId, nonce: entry.nonce, to, data: submitCall(smaller), gas };
  const { hash, bytes } = await sign(signer, transaction);

  const candidate = { hash, count, at: Date.now(), ...(onlyReject && { void: true }) };
  await kapok.core.transact([
    stillOwned(kapok.core, lane),
    ...journalCandidate(kapok.core, organisation, entry, candidate, bytes),
  ]);
  const operations = entry.ids.slice(0, count);
  kapok.log.warn(
    "candidate-submitted",
    { organisation, scenario: entry.scenario, nonce: entry.nonce, hash, operations },
    { values: { NonceCandidates: 1 }, organisation },
  );
  await checkpoint("candidate-journaled-not-broadcast");
  const late = performance.now() - view.readAt > settings.timeoutMilliseconds;
  if (!late) await tending.broadcast(entry.nonce, entry.candidates.length, bytes);
  return true;
}

async function isExecutable(chain: Chain, signer: string, ledger: string, entries: EnvelopeEntry[]): Promise<boolean> {
  const [gas, most] = [chain.estimateGas(signer, ledger, submitCall(entries)).catch(() => Infinity), chain.gasLimit()];
  return (await gas) <= (await most);
}
