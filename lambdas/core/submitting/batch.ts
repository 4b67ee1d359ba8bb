import { decodeFunctionData, encodeFunctionData, hexToBytes, parseTransaction, toHex } from "viem/utils";
import type { Hex } from "viem";
import { operationEnvelopeAbi } from "../../../contracts/core/generated/OperationEnvelope.abi.ts";
import type { Chain } from "../chain/chain.ts";
import type { EnvelopeEntry } from "../chain/envelope.ts";
import { ENTRY_OVERHEAD, packEnvelope, unpackEnvelope, VOID } from "../chain/envelope.ts";
import type { Scenario } from "../scenario.ts";

/** Gas of a batch beside its operations: the transaction, its number, its root, its organisation's totals. */
export const BATCH_GAS = 250_000;
/** Gas of an entry that only rejects. */
const VOID_GAS = 10_000;
/** Bytes of one transaction's operations; other clients stop at 128 kB for all of it. */
const LARGEST_CALLDATA = 110_000;

/** Gas of one operation that the book's state decides. */
export type Simulate = (entry: EnvelopeEntry) => Promise<number>;

/**
 * Takes entries in order, as many as fit into one transaction; the first always does. Kinds have a known bound on their
 * gas; one whose gas depends on the state of the book is sized by simulation, which decides nothing but the size.
 */
export async function sizeBatch(
  entries: EnvelopeEntry[],
  scenario: Scenario,
  bounds: { gas: number; operations: number },
  simulate: Simulate,
): Promise<{ entries: EnvelopeEntry[]; gas: number }> {
  const kinds = new Map(Object.values(scenario.operations).map(({ code, gas }) => [code, gas]));
  const batch: { entries: EnvelopeEntry[]; gas: number } = { entries: [], gas: BATCH_GAS };
  let bytes = 0;
  for (const entry of entries) {
    const known = entry.code === VOID ? VOID_GAS : kinds.get(entry.code)!;
    const gas = known === "simulate" ? await simulate(entry) : known;
    const size = ENTRY_OVERHEAD + entry.body.length;
    const fits = batch.gas + gas <= bounds.gas && bytes + size <= LARGEST_CALLDATA;
    if (batch.entries.length > 0 && !fits) break;
    batch.entries.push(entry);
    batch.gas += gas;
    bytes += size;
    if (batch.entries.length >= bounds.operations) break;
  }
  return batch;
}

/** The call that submits entries. */
export function submitCall(entries: EnvelopeEntry[]): Hex {
  return encodeFunctionData({
    abi: operationEnvelopeAbi,
    functionName: "submit",
    args: [toHex(packEnvelope(entries))],
  });
}

/** The entries that signed bytes submit. */
export function submittedEntries(signed: Uint8Array): EnvelopeEntry[] {
  const { data = "0x" } = parseTransaction(toHex(signed));
  const { args } = decodeFunctionData({ abi: operationEnvelopeAbi, data });
  return unpackEnvelope(hexToBytes(args![0] as Hex));
}

/** Gas of one operation on the newest state with a margin, or `most` where the node cannot say. */
export function simulation(chain: Chain, signer: string, ledger: string, most: number): Simulate {
  return async (entry) => {
    try {
      return Math.ceil((await chain.estimateGas(signer, ledger, submitCall([entry]))) * 1.3);
    } catch {
      return most - BATCH_GAS;
    }
  };
}
