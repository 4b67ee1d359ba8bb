/** What the embedded chain can be told, all of it by the environment. */
import { resolve } from "node:path";
import * as z from "zod";

export interface ChainSettings {
  /** The folder that holds the chain: its genesis, its log of blocks, its snapshot. */
  readonly home: string;
  /** The port on 127.0.0.1. 0 takes a free one. */
  readonly port: number;
  readonly chainId: number;
  /** Gas of a block. It belongs to every block, so it stays what it was when the home was made. */
  readonly gasLimit: number;
  /** Between two blocks while something waits to be mined. Below 1,000, block times run ahead of the clock. */
  readonly blockMilliseconds: number;
  /** Between two blocks while nothing waits. */
  readonly idleMilliseconds: number;
  /** A snapshot is taken when a replay of the blocks since the last one would take about this long. */
  readonly snapshotAfterMilliseconds: number;
  /** How far ahead of its sender's count a nonce may be, as in Besu's default pool. */
  readonly nonceDistance: number;
  /** For how many blocks back state can be read. Each one costs anvil a copy of the whole state in memory. */
  readonly stateHistory: number;
}

const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

const environment = z.object({
  CHAIN_HOME: z.string().min(1),
  CHAIN_PORT: z.coerce.number().int().min(0).max(65535).default(8545),
  CHAIN_ID: positive(1337),
  CHAIN_GAS_LIMIT: positive(60_000_000),
  CHAIN_BLOCK_SECONDS: seconds(1),
  CHAIN_IDLE_SECONDS: seconds(60),
  CHAIN_SNAPSHOT_AFTER_SECONDS: z.coerce.number().min(0).default(3),
  CHAIN_NONCE_DISTANCE: positive(200),
  CHAIN_STATE_HISTORY: positive(32),
});

/** Reads the settings. @throws Error that names each variable that cannot be used. */
export function chainSettings(variables: NodeJS.ProcessEnv): ChainSettings {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) throw new Error(`The chain's environment cannot be used.\n${z.prettifyError(parsed.error)}`);
  const read = parsed.data;
  return {
    home: resolve(read.CHAIN_HOME),
    port: read.CHAIN_PORT,
    chainId: read.CHAIN_ID,
    gasLimit: read.CHAIN_GAS_LIMIT,
    blockMilliseconds: read.CHAIN_BLOCK_SECONDS * 1000,
    idleMilliseconds: read.CHAIN_IDLE_SECONDS * 1000,
    snapshotAfterMilliseconds: read.CHAIN_SNAPSHOT_AFTER_SECONDS * 1000,
    nonceDistance: read.CHAIN_NONCE_DISTANCE,
    stateHistory: read.CHAIN_STATE_HISTORY,
  };
}
