import { encodeFunctionData } from "viem/utils";
import type { Hex } from "viem";
import { operationEnvelopeAbi } from "../../../contracts/core/generated/OperationEnvelope.abi.ts";
import type { Chain } from "../chain/chain.ts";
import type { EnvelopeEntry } from "../chain/envelope.ts";
import { ENTRY_OVERHEAD, packEnvelope, voidEntry } from "../chain/envelope.ts";
import type { Operation } from "../operation.ts";
import type { Scenario } from "../scenario.ts";

/** Gas of a batch beside its operations: the transaction, its number, its root, its organisation's totals. */
export const BATCH_GAS = 250_000;
/** Gas of an entry that only rejects. */
const VOID_GAS = 10_000;
/** Bytes of one transaction's operations; other clients stop at 128 kB for all of it. */
export const LARGEST_CALLDATA = 110_000;

/** Operations of one scenario that go into one transaction. */
export interface Batch {
  operations: Operation[];
  gas: number;
}

/**
 * Takes operations of the first one's scenario, in order, as many as fit. An operation whose gas depends on the state
 * of the book is sized by simulation, which decides nothing but the size.
 */
export async function sizeBatch(
  operations: Operation[],
  scenario: Scenario,
  bounds: { gas: number; operations: number },
  simulate: (operation: Operation) => Promise<number>,
): Promise<Batch> {
  const batch: Batch = { operations: [], gas: BATCH_GAS };
  let bytes = 0;
  for (const operation of operations) {
    if (operation.scenario !== scenario.name) continue;
    const kind = scenario.operations[operation.kind!]!;
    const gas = kind.gas === "simulate" ? await simulate(operation) : kind.gas;
    const size = ENTRY_OVERHEAD + operation.body!.length;
    const fits = batch.gas + gas <= bounds.gas && bytes + size <= LARGEST_CALLDATA;
    if (batch.operations.length > 0 && !fits) break;
    batch.operations.push(operation);
    batch.gas += gas;
    bytes += size;
    if (batch.operations.length >= bounds.operations) break;
  }
  return batch;
}

/** The call that submits operations, or that only rejects them. */
export function submitCall(operations: Operation[], onlyReject = false): Hex {
  const entries = operations.map((operation): EnvelopeEntry => {
    if (onlyReject) return voidEntry(operation.id);
    return { code: operation.code!, operation: operation.id, body: operation.body! };
  });
  const packed: Hex = `0x${Buffer.from(packEnvelope(entries)).toString("hex")}`;
  return encodeFunctionData({ abi: operationEnvelopeAbi, functionName: "submit", args: [packed] });
}

/** Gas of the transaction that only rejects. */
export function voidGas(count: number): number {
  return BATCH_GAS + count * VOID_GAS;
}

/** Gas of one operation on the newest state with a margin, or `most` where the node cannot say. */
export async function simulatedGas(
  chain: Chain,
  signer: string,
  ledger: string,
  operation: Operation,
  most: number,
): Promise<number> {
  try {
    const gas = await chain.estimateGas(signer, ledger, submitCall([operation]));
    return Math.ceil(gas * 1.3);
  } catch {
    return most - BATCH_GAS;
  }
}
