import { toEventSelector, toFunctionSelector } from "viem/utils";
import type { Abi, AbiEvent, AbiFunction, Hex } from "viem";
import { Chain } from "../../../lambdas/core/chain/chain.ts";

/** Changes what a node answers; answers it as it is where it changes nothing. */
export type Tamper = (method: string, params: any[], answer: any) => unknown;

/** A node between an honest one and its reader, which lies. */
export class TamperedChain extends Chain {
  /** What was asked so far. */
  readonly methods = new Set<string>();
  private readonly tamper: Tamper;

  constructor(url: string, tamper: Tamper = (_method, _params, answer) => answer) {
    super([url]);
    this.tamper = tamper;
  }

  override async request<T>(method: string, params: unknown[] = []): Promise<T> {
    this.methods.add(method);
    return this.tamper(method, params as any[], await super.request(method, params)) as T;
  }
}

/** Changes the logs of one event, from the first or from the `skipped`-th on; undefined removes a log. */
export function tamperLogs(abi: Abi, event: string, change: (log: any, index: number) => unknown): Tamper {
  const selector = toEventSelector(abi.find((item): item is AbiEvent => item.type === "event" && item.name === event)!);
  const seen = new Map<string, number>();
  return (method, _params, answer) => {
    if (method !== "eth_getBlockReceipts") return answer;
    return answer.map((receipt: any) => {
      const logs = receipt.logs.flatMap((log: any) => {
        if (log.topics[0] !== selector) return [log];
        const place = `${log.blockNumber} ${log.logIndex}`;
        if (!seen.has(place)) seen.set(place, seen.size);
        return change(log, seen.get(place)!) ?? [];
      });
      return { ...receipt, logs };
    });
  };
}

/** Changes what one view function answers. */
export function tamperCalls(abi: Abi, name: string, change: (answer: Hex) => Hex): Tamper {
  const selector = toFunctionSelector(
    abi.find((item): item is AbiFunction => item.type === "function" && item.name === name)!,
  );
  return (method, [call], answer) =>
    method === "eth_call" && call.data.startsWith(selector) ? change(answer) : answer;
}
