import { grouped } from "./table.ts";
import type { Watcher } from "./importing.ts";

const faultsShown = 20;

/** Tells on stderr how far the import is, what is wrong with rows, and what is tried again. */
export class Progress implements Watcher {
  private readonly allRows: number;
  private readonly began = Date.now();
  private readonly write: (line: string) => void;
  private rows = 0;
  private operations = 0;
  private earnings = 0;
  private faults = 0;
  private troubles = new Map<string, number>();
  private readonly ticking: NodeJS.Timeout;

  constructor(allRows: number, write: (line: string) => void, everyMilliseconds = 2000) {
    this.allRows = allRows;
    this.write = write;
    this.ticking = setInterval(() => this.tick(), everyMilliseconds);
  }

  rowRead = (): void => {
    this.rows += 1;
  };

  operationDecided = (): void => {
    this.operations += 1;
  };

  earningRead = (): void => {
    this.earnings += 1;
  };

  fault = (line: number, outcome: string, message: string): void => {
    this.faults += 1;
    if (this.faults <= faultsShown) this.write(`line ${line}: ${outcome}: ${message}`);
    if (this.faults === faultsShown) this.write("further rows like these are counted, not shown");
  };

  /** Many requests meet the same trouble at once; it is said once in a while. */
  trouble = (text: string): void => {
    const kind = text.replace(/^.*?: /, "");
    const now = Date.now();
    if (now - (this.troubles.get(kind) ?? 0) < 10_000) return;
    this.troubles.set(kind, now);
    this.write(text);
  };

  stop(): void {
    clearInterval(this.ticking);
  }

  /** Since the import began. */
  get seconds(): number {
    return (Date.now() - this.began) / 1000;
  }

  private tick(): void {
    if (this.earnings > 0) return this.write(`${grouped(this.earnings)} earnings read back`);
    const rate = Math.round(this.operations / this.seconds);
    const rows = `${grouped(this.rows)} of ${grouped(this.allRows)} rows read`;
    this.write(`${rows}, ${grouped(this.operations)} operations decided, ${grouped(rate)} a second`);
  }
}
