import type { Chain } from "../chain/chain.ts";
import { checkpoint } from "../checkpoint.ts";
import type { Kapok } from "../kapok.ts";
import { saying } from "../log.ts";
import type { Candidate, Entry } from "../store/journal.ts";
import { readBytes } from "../store/journal.ts";

/** After this time without a block, the node is asked again: one that died and came back has forgotten its pool. */
const REMIND_MILLISECONDS = 2000;

type Whereabouts = "waits" | "refused" | "mined" | "unheard";

/** How long the lowest entry has been before the chain. */
export interface InVain {
  /** In how many blocks it did not land though it was pending, or was broadcast again. */
  blocks: number;
  /** Whether no node wants it. */
  refused: boolean;
}

/** Keeps the open entries of a lane before the chain, and knows when one does not land. */
export class Tending {
  private readonly kapok: Kapok;
  private readonly chain: Chain;
  private readonly organisation: string;
  private lastBlock = -1;
  private lookedAt = -Infinity;
  /** For how many blocks the lowest entry, as it is now, was before the chain without landing. */
  private patience = { nonce: -1, candidates: 0, blocks: 0, refused: false };

  constructor(kapok: Kapok, chain: Chain, organisation: string) {
    this.kapok = kapok;
    this.chain = chain;
    this.organisation = organisation;
  }

  /**
   * At each new block, and now and then while none comes, broadcasts again what the node does not show.
   * @throws BytesMissing
   */
  async look(entries: Entry[]): Promise<InVain> {
    const lowest = entries[0];
    if (!lowest) return { blocks: 0, refused: false };
    const block = await this.chain.head();
    const { nonce, candidates, blocks } = this.patience;
    const same = nonce === lowest.nonce && candidates === lowest.candidates.length;
    if (!same) this.patience = { nonce: lowest.nonce, candidates: lowest.candidates.length, blocks: 0, refused: false };
    const passed = block > this.lastBlock ? 1 : 0;
    if (passed === 0 && performance.now() - this.lookedAt < REMIND_MILLISECONDS) return this.patience;
    this.lastBlock = Math.max(this.lastBlock, block);
    this.lookedAt = performance.now();

    const landed = await Promise.all(entries.map((entry) => this.present(entry)));
    const refused = landed[0] === "refused";
    const before = refused || landed[0] === "waits";
    this.patience = { ...this.patience, blocks: before ? (same ? blocks + passed : 0) : 0, refused };
    return this.patience;
  }

  /**
   * Broadcasts one candidate's bytes, which the journal holds already.
   * @returns `waits` where a node has them, `refused` where none wants them, `mined` where the chain used the nonce
   * @throws BytesMissing
   */
  async broadcast(nonce: number, candidate: number, bytes?: Uint8Array): Promise<Whereabouts> {
    await checkpoint("journaled-not-broadcast");
    const journaled = bytes ?? (await readBytes(this.kapok.core, this.organisation, nonce, candidate));
    if (!journaled) return "mined";
    try {
      const answer = await this.chain.broadcast(journaled);
      await checkpoint("broadcast-not-mined");
      if (typeof answer === "string") return answer === "used" ? "mined" : "waits";
      this.kapok.log.warn("broadcast-refused", { organisation: this.organisation, nonce, answer: answer.refused });
      return "refused";
    } catch (error) {
      this.kapok.log.warn("broadcast-unanswered", { organisation: this.organisation, nonce, error: saying(error) });
      return "unheard";
    }
  }

  private async present(entry: Entry): Promise<Whereabouts> {
    const newest = entry.candidates.length - 1;
    const states = await Promise.all(entry.candidates.map(({ hash }: Candidate) => this.chain.whereabouts(hash)));
    if (states.includes("mined")) return "mined";
    if (states[newest] === "pending") return "waits";
    return this.broadcast(entry.nonce, newest);
  }
}
