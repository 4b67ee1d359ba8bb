/** One process of Kapok on one machine, as the supervisor sees it. */
export interface Part {
  /** A word: the name of its log file, of its record and of its line in messages. */
  readonly name: string;
  /** `process.execPath` for one in JavaScript, which then has a channel for hints and ends with the supervisor. */
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment, but for PATH and what Node needs for the channel. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Resolves when the part can be used. It is asked at the first start; the signal ends the asking when the part dies.
   * A part in JavaScript may do without: it then says so itself, by the hint `ready`.
   */
  readonly ready?: (signal: AbortSignal) => Promise<void>;
}
