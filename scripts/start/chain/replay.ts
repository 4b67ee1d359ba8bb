/** Makes every logged block again, and accepts nothing but the very same ones. */
import type { Anvil } from "./anvil.ts";
import type { LoggedBlock } from "./block-log.ts";
import { headOf, mine } from "./mine.ts";
import { offer } from "./offer.ts";

/**
 * @param blocks - the log. It may begin before the snapshot that anvil was started with, and holds the snapshot's head.
 * @param damaged - makes the error that says what does not fit.
 */
export async function replay(
  anvil: Anvil,
  blocks: readonly LoggedBlock[],
  damaged: (problem: string) => Error,
): Promise<void> {
  const start = await headOf(anvil);
  const known = blocks.find((block) => block.number === start.number);
  if (start.number > 0 && known === undefined) throw damaged(`it lacks block ${start.number}, the snapshot's last`);
  if (known !== undefined && known.hash !== start.hash) throw damaged(differs(known, start.hash, "the snapshot has"));

  let next = start.number + 1;
  for (const block of blocks) {
    if (block.number < next) continue;
    if (block.number !== next) throw damaged(`block ${next} is missing before block ${block.number}`);
    await offer(anvil, block.transactions);
    const { hash } = await mine(anvil, block.timestamp);
    if (hash !== block.hash) throw damaged(differs(block, hash, "its transactions now make"));
    next++;
  }
}

function differs(block: LoggedBlock, hash: string, says: string): string {
  return `it says that block ${block.number} is ${block.hash}, but ${says} ${hash} (changed, or by another anvil)`;
}
