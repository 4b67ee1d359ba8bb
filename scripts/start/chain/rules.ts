/** Which calls this chain does not pass on to anvil, and what it says instead. */
import { refusals, type Refusal } from "./refusals.ts";

export interface Call {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: readonly unknown[];
}

const namespaces = /^(eth|net|web3)_/;
/** anvil would sign with keys of its own, or mine what no log knows. Besu has none of it. */
const notOffered = /^eth_(send(?!RawTransaction$)|sign|fill|subscribe|unsubscribe)/;

/** What a QBFT chain of Besu's would say to this call, where that differs from anvil; undefined where it is passed on. */
export function refusalOf(call: Call): Refusal | undefined {
  if (typeof call !== "object" || call === null || typeof call.method !== "string") return refusals.invalid;
  if (!namespaces.test(call.method) || notOffered.test(call.method)) return refusals.method;
  if (call.params === undefined) return undefined;
  if (!Array.isArray(call.params)) return refusals.parameters;
  if (call.method === "eth_sendRawTransaction") {
    return typeof call.params[0] === "string" ? undefined : refusals.parameters;
  }
  return namesFinality(call.params) ? finalityRefusal(call.method) : undefined;
}

/** On a BFT chain a mined block is final, and Besu knows neither of the tags that Ethereum has for it. */
function namesFinality(params: readonly unknown[]): boolean {
  return params.some((param) => {
    if (isFinality(param)) return true;
    const { fromBlock, toBlock } = (param ?? {}) as { fromBlock?: unknown; toBlock?: unknown };
    return isFinality(fromBlock) || isFinality(toBlock);
  });
}

const isFinality = (value: unknown): boolean => value === "finalized" || value === "safe";

const finalityRefusal = (method: string): Refusal =>
  method === "eth_getLogs" ? refusals.parameters : refusals.unknownBlock;
