/** The signed bytes of every transaction that anvil has accepted and not mined yet. They are lost with the process. */
export class Pool {
  readonly #raw = new Map<string, string>();

  get size(): number {
    return this.#raw.size;
  }

  rawOf(hash: string): string | undefined {
    return this.#raw.get(hash);
  }

  /** Every transaction, in the order of their coming. */
  all(): string[] {
    return [...this.#raw.values()];
  }

  add(hash: string, raw: string): void {
    this.#raw.set(hash, raw);
  }

  remove(hash: string): void {
    this.#raw.delete(hash);
  }

  /** Takes out what a block holds. Only what came through here is ever mined, so a hash that is not known is a defect. */
  take(hashes: readonly string[]): string[] {
    return hashes.map((hash) => {
      const raw = this.#raw.get(hash);
      if (raw === undefined) throw new Error(`anvil mined transaction ${hash}, which nobody sent`);
      this.#raw.delete(hash);
      return raw;
    });
  }
}
