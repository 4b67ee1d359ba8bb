import { decodeFunctionResult, encodeFunctionData } from "viem/utils";
import type { Abi } from "viem";
import type { Chain } from "./chain.ts";

/** Calls a view function on the newest state, or at one recent block. */
export async function readContract(
  chain: Chain,
  contract: { address: string; abi: Abi },
  functionName: string,
  args: readonly unknown[] = [],
  block: "latest" | number = "latest",
): Promise<any> {
  const { address, abi } = contract;
  const answer = await chain.call(address, encodeFunctionData({ abi, functionName, args }), block);
  return decodeFunctionResult({ abi, functionName, args, data: answer });
}
