/** What a difficult chain shows of its blocks and its state: not the latest, not always the same, and not the old. */
import type { Answer, Call, Upstream } from "./difficult-chain.ts";

/** Which parameter of a call on state names the block. */
const blockParameter: Readonly<Record<string, number>> = {
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getStorageAt: 2,
  eth_getProof: 2,
};

export class DifficultView {
  /** By how many blocks a node may lag behind. Each call meets another node, so that the head goes back and forth. */
  lagBlocks = 0;
  /** For how many blocks back state is known; older state is null, or an error, as Besu has it. */
  stateBlocks = Infinity;
  /** How often each difficulty was met, for a test to prove that it was. */
  readonly count = { hidden: 0, old: 0, finality: 0 };

  readonly #upstream: Upstream;
  #frozenAt = Infinity;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  async freeze(): Promise<void> {
    this.#frozenAt = Number(await this.truth("eth_blockNumber"));
  }

  thaw(): void {
    this.#frozenAt = Infinity;
  }

  /** What the node behind says, without any difficulty. */
  async truth(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const answer = await this.#upstream(method, ...params);
    if ("error" in answer) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  async answer(call: Call): Promise<Answer> {
    const { method, params = [] } = call;
    if (JSON.stringify(params).match(/"(finalized|safe)"/)) {
      this.count.finality++;
      return { error: { code: -39001, message: "Unknown block" } };
    }
    if (this.#isClear()) return this.#upstream(method, ...params);
    const newest = Number(await this.truth("eth_blockNumber"));
    const head = Math.min(this.#frozenAt, newest - Math.floor(Math.random() * (this.lagBlocks + 1)));
    const seen = Math.max(0, head);
    if (method in blockParameter) return this.#state(call, blockParameter[method] ?? 0, seen);
    return seen === newest ? this.#upstream(method, ...params) : this.#asSeenAt(seen, method, params);
  }

  #isClear(): boolean {
    return this.lagBlocks === 0 && this.stateBlocks === Infinity && this.#frozenAt === Infinity;
  }

  /** State at a block, if that is not too old. */
  async #state({ method, params = [] }: Call, at: number, head: number): Promise<Answer> {
    const named = params[at] ?? "latest";
    if (named === "pending" || typeof named === "object") return this.#upstream(method, ...params);
    const block = isNumber(named) ? Number(named) : named === "earliest" ? 0 : head;
    if (block > head) return this.#hide({ error: { code: -39001, message: "Unknown block" } });
    if (block < head - this.stateBlocks) {
      this.count.old++;
      const isPlain = /^eth_get(Balance|Code|StorageAt|TransactionCount)$/.test(method);
      return isPlain ? { result: null } : { error: { code: -32000, message: "World state unavailable" } };
    }
    const answer = await this.#upstream(method, ...params.toSpliced(at, 1, toHex(block)));
    // A chain that halts keeps the state of its head. The one behind goes on, and forgets it after a minute.
    const isForgotten = "error" in answer && block === this.#frozenAt;
    return isForgotten ? this.#upstream(method, ...params.toSpliced(at, 1, "latest")) : answer;
  }

  /** The blocks and what is in them, as a node sees it whose head is older. */
  async #asSeenAt(head: number, method: string, params: readonly unknown[]): Promise<Answer> {
    const [first, ...others] = params;
    switch (method) {
      case "eth_blockNumber":
        return this.#hide({ result: toHex(head) });
      case "eth_getBlockByNumber":
      case "eth_getBlockReceipts":
        if (first === "latest") return this.#upstream(method, toHex(head), ...others);
        if (isHash(first)) return this.#unlessAfter(head, "blockNumber", await this.#upstream(method, ...params));
        return isNumber(first) && Number(first) > head
          ? this.#hide({ result: null })
          : this.#upstream(method, ...params);
      case "eth_getBlockByHash":
        return this.#unlessAfter(head, "number", await this.#upstream(method, ...params));
      case "eth_getTransactionReceipt":
        return this.#unlessAfter(head, "blockNumber", await this.#upstream(method, ...params));
      case "eth_getTransactionByHash": {
        const answer = await this.#upstream(method, ...params);
        const unmined = { blockHash: null, blockNumber: null, transactionIndex: null };
        return isAfter(head, "blockNumber", answer) ? this.#hide({ result: { ...answer.result, ...unmined } }) : answer;
      }
      case "eth_getLogs":
        return this.#logs(head, first as { fromBlock?: unknown; toBlock?: unknown });
      default:
        return this.#upstream(method, ...params);
    }
  }

  async #logs(head: number, filter: { fromBlock?: unknown; toBlock?: unknown }): Promise<Answer> {
    const { fromBlock = "latest", toBlock = "latest" } = filter;
    if ("blockHash" in filter) return this.#upstream("eth_getLogs", filter);
    if (isNumber(fromBlock) && Number(fromBlock) > head) return this.#hide({ result: [] });
    const upTo = isNumber(toBlock) ? Math.min(Number(toBlock), head) : head;
    const from = isNumber(fromBlock) ? fromBlock : toHex(head);
    return this.#upstream("eth_getLogs", { ...filter, fromBlock: from, toBlock: toHex(upTo) });
  }

  #unlessAfter(head: number, field: string, answer: Answer): Answer {
    return isAfter(head, field, answer) ? this.#hide({ result: null }) : answer;
  }

  #hide(answer: Answer): Answer {
    this.count.hidden++;
    return answer;
  }
}

const toHex = (number: number): string => `0x${number.toString(16)}`;

const isNumber = (block: unknown): boolean => typeof block === "string" && block.startsWith("0x");

const isHash = (block: unknown): boolean => isNumber(block) && (block as string).length === 66;

/** Whether a field of the answer, or of the first in its list, names a block after the head. */
function isAfter(head: number, field: string, answer: Answer): answer is { result: Record<string, unknown> } {
  const [first] = "result" in answer ? [answer.result].flat() : [];
  const block = (first as Record<string, unknown> | null | undefined)?.[field];
  return isNumber(block) && Number(block) > head;
}
