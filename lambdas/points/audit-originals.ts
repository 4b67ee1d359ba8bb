/** An earning or a redemption, which can be reversed. */
export interface Original {
  organisation: string;
  operation: string;
  /** The kind byte. */
  code: number;
  member: string;
  points: number;
  period: number;
  /** Where its leaf is: the organisation's batch, and the place among the applied ones from 0. */
  batch: number;
  index: number;
  reversed: number;
}

/** Everything that can be reversed, and how much of it was. An id means something in its own organisation alone. */
export class Originals {
  private readonly all = new Map<string, Original>();

  add(original: Omit<Original, "reversed">): void {
    this.all.set(`${original.organisation} ${original.operation}`, { ...original, reversed: 0 });
  }

  find(organisation: string, operation: string): Original | undefined {
    return this.all.get(`${organisation} ${operation}`);
  }

  reversed(): Original[] {
    return [...this.all.values()].filter(({ reversed }) => reversed > 0);
  }
}
