/** What every block of this chain descends from. It is written once, and the chain starts from the same ever after. */
import { join } from "node:path";
import { readJson, writeDurably } from "../durable-file.ts";
import type { ChainSettings } from "./settings.ts";

export interface Genesis {
  readonly chainId: number;
  readonly gasLimit: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Known once the first anvil of this home has said it. */
  readonly hash?: string;
}

export class GenesisDiffersError extends Error {
  override readonly name = "GenesisDiffersError";
  constructor(home: string, what: string, before: number | string, now: number | string) {
    super(
      `The chain in ${home} was made with ${what} ${before}, and now has ${now}. ` +
        "Start it as it was, or choose an empty folder for a new chain.",
    );
  }
}

/** The genesis of this home, or a new one at this second. @throws GenesisDiffersError */
export function genesisOf(settings: ChainSettings): Genesis {
  const { home, chainId, gasLimit } = settings;
  const kept = readJson<Genesis>(fileIn(home));
  if (kept === undefined) return { chainId, gasLimit, timestamp: Math.floor(Date.now() / 1000) };
  if (kept.chainId !== chainId) throw new GenesisDiffersError(home, "the chain id", kept.chainId, chainId);
  if (kept.gasLimit !== gasLimit) throw new GenesisDiffersError(home, "the gas limit", kept.gasLimit, gasLimit);
  return kept;
}

/** Keeps the genesis with its hash, or compares the two. @throws GenesisDiffersError where another anvil made another. */
export function keepGenesis(home: string, genesis: Genesis, hash: string): void {
  if (genesis.hash === undefined) writeDurably(fileIn(home), JSON.stringify({ ...genesis, hash }, null, 2));
  else if (genesis.hash !== hash) throw new GenesisDiffersError(home, "the genesis block", genesis.hash, hash);
}

const fileIn = (home: string): string => join(home, "genesis.json");
