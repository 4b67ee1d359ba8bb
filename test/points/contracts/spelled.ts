import { type Abi, type Hex, BaseError, ContractFunctionRevertedError, decodeErrorResult } from "viem";
import type { Event } from "../../../scripts/points/sandbox.ts";

/** An error as these tests write it: its name and its arguments. */
export function errorOf(name: string, ...args: unknown[]): string {
  return `${name}(${args.map(String).join(", ")})`;
}

/** The event with a rejection's reason decoded. */
export function spelled(abi: Abi, { eventName, args }: Event): Event {
  return { eventName, args: "reason" in args ? { ...args, reason: reasonOf(abi, args["reason"]) } : args };
}

/** The error with which a transaction or a call reverts; another failure goes on. */
export async function revertOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    const reverted =
      error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    if (!(reverted instanceof ContractFunctionRevertedError) || !reverted.data) throw error;
    return errorOf(reverted.data.errorName, ...(reverted.data.args ?? []));
  }
  throw new Error("it did not revert");
}

function reasonOf(abi: Abi, data: Hex): string {
  const { errorName, args } = decodeErrorResult({ abi, data });
  return errorOf(errorName!, ...((args ?? []) as unknown[]));
}
