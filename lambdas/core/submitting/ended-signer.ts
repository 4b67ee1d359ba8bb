import { markReturned, unqueue } from "../indexing/mark.ts";
import type { Kapok } from "../kapok.ts";
import { bookKey, cursorKey } from "../store/book.ts";
import type { Entry } from "../store/journal.ts";
import { closeEntry, readWholeJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import type { Rotation } from "../store/rotations.ts";
import { readLane } from "../store/lanes.ts";
import { stillBarred } from "../store/rotations.ts";
import { rebuildingKey } from "../store/rebuilding.ts";
import type { Action } from "../store/table.ts";
import { refusals } from "../store/table.ts";

/**
 * Whether the indexer has passed the block that ended the old key, as its own rows say: a node's head may be an older
 * one. The new key was let speak before that, or the old one never spoke. A store in a new life has to learn first, and
 * one whose projections are being made again knows nothing: so all of it is read at one moment.
 */
export async function isRevocationIndexed({ core }: Kapok, { from, to }: Rotation): Promise<boolean> {
  const [book, cursor, rebuilding, old, next] = await core.getTogether([
    bookKey,
    cursorKey,
    rebuildingKey,
    { pk: "signers", sk: from.toLowerCase() },
    { pk: "signers", sk: to.toLowerCase() },
  ]);
  if (!cursor || !next || rebuilding || old?.["speaks"]) return false;
  if (cursor["learned"] !== book?.["incarnation"]) return false;
  return cursor["blockNumber"] >= Math.max(next["blockNumber"], old?.["blockNumber"] ?? 0);
}

/**
 * Lets wait again what a key signed whose end is indexed: its bytes can only revert. The lane is barred meanwhile; one
 * that has its new signer by then has a journal that nobody may empty.
 */
export async function giveBack(kapok: Kapok, organisation: string, rotation: Rotation): Promise<void> {
  const { core } = kapok;
  for (;;) {
    const lane = await readLane(core, organisation);
    if (lane?.signer !== rotation.from || !lane.barred) return;
    const open = await readWholeJournal(core, organisation, lane);
    if (open.length === 0) return;
    for (const entry of open) {
      await giveBackEntry(kapok, lane, entry, stillBarred(core, organisation, rotation)).catch((error) => {
        // It got another candidate since it was read, or the lane has its new signer.
        if (!refusals(error)) throw error;
      });
    }
  }
}

/**
 * Lets wait again what an entry holds, and closes it.
 * @param proof by which whoever does so shows that nobody else works on the lane
 */
export async function giveBackEntry({ core }: Kapok, lane: Lane, entry: Entry, proof: Action): Promise<void> {
  await markReturned(core, lane.organisation, entry.ids);
  await unqueue(core, lane.organisation, entry.queued);
  await core.transact([proof, ...closeEntry(core, lane.organisation, entry)]);
}
