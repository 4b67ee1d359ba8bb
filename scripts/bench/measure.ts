import { Chain } from "../../lambdas/core/chain/chain.ts";
import { processorTime } from "./processor-time.ts";

/** What one run of one contender showed. */
export interface Run {
  contender: string;
  operations: number;
  seconds: number;
  /** Milliseconds from sending the request to knowing that it is durable; absent where nothing is. */
  accepted: number[];
  /** Milliseconds from sending the request to its being in a block. */
  final: number[];
  /** Of the blocks' gas, from 0 to 1. */
  filled: number;
  /** Microseconds of processor time an operation, by process. */
  processor: Record<string, number>;
}

/** Latencies that a contender notes while it works. */
export interface Latencies {
  accepted: number[];
  final: number[];
}

/** Measures one contender's work on `operations` operations. */
export async function measure(
  contender: string,
  operations: number,
  surroundings: { chainUrl: string; processes: Record<string, number> },
  work: (latencies: Latencies) => Promise<void>,
): Promise<Run> {
  const chain = new Chain([surroundings.chainUrl]);
  const latencies: Latencies = { accepted: [], final: [] };
  const [firstBlock, before, began] = [await chain.head(), processorTime(surroundings.processes), performance.now()];
  await work(latencies);
  const seconds = (performance.now() - began) / 1000;
  const after = processorTime(surroundings.processes);
  const processor = Object.fromEntries(
    Object.entries(after).map(([name, time]) => [name, (time - (before[name] ?? 0)) / operations]),
  );
  return { contender, operations, seconds, ...latencies, filled: await fill(chain, firstBlock), processor };
}

async function fill(chain: Chain, after: number): Promise<number> {
  let [used, limit] = [0, 0];
  for (let number = after + 1, head = await chain.head(); number <= head; number++) {
    const block = await chain.request<any>("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
    used += Number(block.gasUsed);
    limit += Number(block.gasLimit);
  }
  return limit === 0 ? 0 : used / limit;
}

/** The value below which this share of the values lies. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Runs `work` over a list with so many at once. */
export async function inParallel<T>(list: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < list.length) await work(list[next++]!);
    }),
  );
}
