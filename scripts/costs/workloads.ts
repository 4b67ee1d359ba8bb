/** Traffic as it is measured: how many operations a second, and how they come. */
export interface Workload {
  rate: number;
  /** Operations of one call: one by itself, or what came together in so many seconds as a batch. */
  together: "single" | { seconds: number };
  /** Whether each call waits for its end. */
  waits: boolean;
  /**
   * How many seconds pass here for one there. This machine does not emulate two hundred functions a second; at a tenth of
   * that rate, on a chain of ten times slower blocks, as many operations share a block.
   */
  slowed: number;
}

const EVERY = 5;

/** By the name under which their figures are kept. */
export const workloads: Record<string, Workload> = Object.fromEntries(
  [1, 20, 200].flatMap((rate) => {
    const slowed = rate > 20 ? 10 : 1;
    return [
      [`singles, ${rate} a second`, { rate, together: "single", waits: false, slowed }],
      [`singles that wait, ${rate} a second`, { rate, together: "single", waits: true, slowed }],
      [`batches, ${rate} a second`, { rate, together: { seconds: EVERY }, waits: false, slowed: 1 }],
    ] as [string, Workload][];
  }),
);
