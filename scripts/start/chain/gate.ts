/** Holds answers back while there is a block that is mined and not yet safe on disk. */
export class Gate {
  #open: Promise<void> = Promise.resolve();

  /**
   * Does `work` with the gate closed. It opens again only where the work succeeded: otherwise nobody may ever see what
   * it left behind, and the process is about to end.
   */
  async closedDuring<Result>(work: () => Promise<Result>): Promise<Result> {
    let open = (): void => undefined;
    this.#open = new Promise((resolve) => (open = resolve));
    const result = await work();
    open();
    return result;
  }

  /** Resolves as soon as the gate is open. */
  passed(): Promise<void> {
    return this.#open;
  }
}
