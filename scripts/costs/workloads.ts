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

/** How often a batch comes, seconds. */
const EVERY = 5;
/** The highest rate that this machine emulates as it is; waiting is measured up to it. */
export const HIGHEST_AS_IT_IS = 20;

export const rates = [1, 20, 200];

const single = (rate: number, waits: boolean): Workload => ({
  rate,
  together: "single",
  waits,
  slowed: rate > HIGHEST_AS_IT_IS ? 10 : 1,
});

/** By the name under which their figures are kept. */
export const workloads: Record<string, Workload> = Object.fromEntries([
  ...rates.map((rate) => [`singles, ${rate} a second`, single(rate, false)]),
  ...rates
    .filter((rate) => rate <= HIGHEST_AS_IT_IS)
    .map((rate) => [`singles that wait, ${rate} a second`, single(rate, true)]),
  ...rates.map((rate) => [
    `batches, ${rate} a second`,
    { rate, together: { seconds: EVERY }, waits: false, slowed: 1 } satisfies Workload,
  ]),
]);
