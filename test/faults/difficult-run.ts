import { DifficultChain } from "../core/difficult-chain.ts";
import { FaultRun, type FaultRunOptions } from "./fault-run.ts";
import { Random } from "./random.ts";
import { RestartedChain } from "./restarted-chain.ts";
import { Weather } from "./weather.ts";

/** A fault run whose Kapok sees the chain through bad weather. */
export interface DifficultRun {
  run: FaultRun;
  chain: DifficultChain;
  weather: Weather;
}

/** Few blocks of patience, so that what is poisoned shrinks to a void entry while a test runs. */
const impatient = { patienceBlocks: 3 };

/** Blocks come at the same pace whether anything waits or not, as those of validators do. */
const steady = { CHAIN_IDLE_SECONDS: "0.5" };

export async function beginDifficultRun(options: FaultRunOptions): Promise<DifficultRun> {
  let front: DifficultChain | undefined;
  const run = await FaultRun.begin({
    ...options,
    submitting: { ...impatient, ...options.submitting },
    chain: async (variables) => {
      const behind = await RestartedChain.start({ ...variables, ...steady });
      const chain = (front = await DifficultChain.start(behind.url));
      const end = async () => {
        await chain.close();
        await behind.end();
      };
      return { url: chain.url, truth: behind.url, end };
    },
  });
  const weather = new Weather(front!, new Random(options.seed).branch());
  weather.begin();
  return { run, chain: front!, weather };
}

/** Poisons an operation of an organisation: whatever would execute it is never mined. Gives its id. */
export function poisonOne({ run, weather }: DifficultRun, organisation: string): Promise<string> {
  const isIts = (id: string) =>
    [...run.shown.operations.values()].some((each) => each.id === id && each.organisation === organisation);
  return weather.poisonNext(isIts);
}
