import { markReturned, unqueue } from "../indexing/mark.ts";
import type { Kapok } from "../kapok.ts";
import { readBook, readCursor } from "../store/book.ts";
import { closeEntry, readJournal } from "../store/journal.ts";
import type { Rotation } from "../store/lanes.ts";
import { readLane, stillBarred } from "../store/lanes.ts";
import { isRebuilding } from "../store/rebuilding.ts";
import { refusals } from "../store/table.ts";

/**
 * Whether the indexer has passed the block that ended the old key, as its own rows say: a node's head may be an older
 * one. The new key was let speak before that, or the old one never spoke. A store in a new life has to learn first.
 */
export async function isRevocationIndexed({ core }: Kapok, { from, to }: Rotation): Promise<boolean> {
  const rows = await Promise.all([from, to].map((signer) => core.get({ pk: "signers", sk: signer.toLowerCase() })));
  const [[old, next], cursor, rebuilding] = [rows, await readCursor(core), await isRebuilding(core)];
  if (!cursor || !next || rebuilding || old?.["speaks"]) return false;
  if (cursor.learned !== (await readBook(core))?.incarnation) return false;
  return cursor.blockNumber >= Math.max(next["blockNumber"], old?.["blockNumber"] ?? 0);
}

/**
 * Lets wait again what a key signed whose end is indexed: its bytes can only revert. The lane is barred meanwhile; one
 * that has its new signer by then has a journal that nobody may empty.
 */
export async function giveBack({ core }: Kapok, organisation: string, rotation: Rotation): Promise<void> {
  for (;;) {
    const lane = await readLane(core, organisation);
    const open = await readJournal(core, organisation);
    if (lane?.signer !== rotation.from || !lane.barred || open.length === 0) return;
    for (const entry of open) {
      await markReturned(core, organisation, entry.ids);
      await unqueue(core, organisation, entry.queued);
      const closing = closeEntry(core, organisation, entry);
      await core.transact([stillBarred(core, organisation, rotation), ...closing]).catch((error) => {
        // It got another candidate since it was read, or the lane has its new signer.
        if (!refusals(error)) throw error;
      });
    }
  }
}
