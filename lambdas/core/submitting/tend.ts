import type { Chain } from "../chain/chain.ts";
import { checkpoint } from "../checkpoint.ts";
import type { Kapok } from "../kapok.ts";
import type { Candidate, Entry } from "../store/journal.ts";
import { readBytes } from "../store/journal.ts";

/** After this time without a block, the node is asked again: one that died and came back has forgotten its pool. */
const REMIND_MILLISECONDS = 2000;

type Whereabouts = "waits" | "mined" | "unheard";

/** Keeps the open entries of a lane before the chain, and knows when one does not land. */
export class Tending {
  private readonly kapok: Kapok;
  private readonly chain: Chain;
  private readonly organisation: string;
  private lastBlock = -1;
  private lookedAt = 0;
  /** For how many blocks the lowest entry, as it is now, was before the chain without landing. */
  private patience = { nonce: -1, candidates: 0, blocks: 0 };

  constructor(kapok: Kapok, chain: Chain, organisation: string) {
    this.kapok = kapok;
    this.chain = chain;
    this.organisation = organisation;
  }

  /**
   * At each new block, and now and then while none comes, broadcasts again what the node does not show.
   * @returns for how many blocks the lowest entry has been pending in vain
   */
  async look(entries: Entry[]): Promise<number> {
    const lowest = entries[0];
    if (!lowest) return 0;
    const block = await this.chain.head();
    const { nonce, candidates, blocks } = this.patience;
    const same = nonce === lowest.nonce && candidates === lowest.candidates.length;
    const passed = block > this.lastBlock ? 1 : 0;
    if (passed === 0 && Date.now() - this.lookedAt < REMIND_MILLISECONDS) return same ? blocks : 0;
    this.lastBlock = Math.max(this.lastBlock, block);
    this.lookedAt = Date.now();

    const landed = await Promise.all(entries.map((entry) => this.present(entry)));
    this.patience = {
      nonce: lowest.nonce,
      candidates: lowest.candidates.length,
      blocks: landed[0] === "waits" ? (same ? blocks + passed : 0) : 0,
    };
    return this.patience.blocks;
  }

  /**
   * Broadcasts one candidate's bytes, which the journal holds already.
   * @returns `waits` where a node has them, `mined` where the chain used the nonce, `unheard` where no node took them
   */
  async broadcast(nonce: number, candidate: number, bytes?: Uint8Array): Promise<Whereabouts> {
    await checkpoint("journaled-not-broadcast");
    const journaled = bytes ?? (await readBytes(this.kapok.core, this.organisation, nonce, candidate));
    try {
      const answer = await this.chain.broadcast(journaled);
      await checkpoint("broadcast-not-mined");
      if (typeof answer === "string") return answer === "used" ? "mined" : "waits";
      this.kapok.log.warn("broadcast-refused", { organisation: this.organisation, nonce, answer: answer.refused });
    } catch (error) {
      this.kapok.log.warn("broadcast-unanswered", { organisation: this.organisation, nonce, error: String(error) });
    }
    return "unheard";
  }

  private async present(entry: Entry): Promise<Whereabouts> {
    const newest = entry.candidates.length - 1;
    const states = await Promise.all(entry.candidates.map(({ hash }: Candidate) => this.chain.whereabouts(hash)));
    if (states.includes("mined")) return "mined";
    if (states[newest] === "pending") return "waits";
    return this.broadcast(entry.nonce, newest);
  }
}
