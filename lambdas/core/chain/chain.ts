import type { Hex } from "viem";
import { remembered } from "../remembered.ts";
import { pause } from "../store/table.ts";
import { Nodes, refusal } from "./nodes.ts";

/** How long a node may take for an answer, milliseconds: less where another one can be asked. */
const PATIENT_MILLISECONDS = 10_000;
const HASTY_MILLISECONDS = 4000;

/** Validators seldom change how much gas a block has. */
const GAS_LIMIT_MILLISECONDS = 60_000;

/** A block as nodes answer it, with the hashes of its transactions. */
export interface Block {
  number: number;
  hash: string;
  parentHash: string;
  /** Seconds since 1970. */
  time: number;
  transactions: string[];
}

export interface Log {
  address: string;
  topics: Hex[];
  data: Hex;
  logIndex: number;
}

export interface Receipt {
  transactionHash: string;
  transactionIndex: number;
  blockHash: string;
  from: string;
  /** 1 succeeded, 0 reverted. */
  status: number;
  contractAddress: string | null;
  gasUsed: number;
  logs: Log[];
}

/** The node answered with an error of its own; the transport worked. */
export class ChainError extends Error {
  readonly code: number | undefined;

  constructor(method: string, message: string, code?: number) {
    super(`${method}: ${message}`);
    this.name = "ChainError";
    this.code = code;
  }
}

/** What Kapok asks of a node: nothing that an Ethereum-compatible BFT chain might not have. */
export class Chain {
  private readonly nodes: Nodes;

  /** Gas of a block, as the newest one said within the last minute. */
  readonly gasLimit = remembered(() => this.readGasLimit(), GAS_LIMIT_MILLISECONDS);

  /**
   * @param urls one or more JSON-RPC endpoints of the same chain
   * @param headers sent with every request, such as one that lets us in
   */
  constructor(urls: string[], headers: Record<string, string> = {}) {
    this.nodes = new Nodes(urls, headers, urls.length === 1 ? PATIENT_MILLISECONDS : HASTY_MILLISECONDS);
  }

  /** @throws ChainError when the node refuses, another error when no node answers */
  async request<T>(method: string, params: unknown[] = []): Promise<T> {
    try {
      return (await this.nodes.request(method, params)) as T;
    } catch (error) {
      const answer = refusal(error);
      if (answer) throw new ChainError(method, answer.message, answer.code);
      throw new Error(`${method}: the chain does not answer`, { cause: error });
    }
  }

  async chainId(): Promise<number> {
    return Number(await this.request<Hex>("eth_chainId"));
  }

  async head(): Promise<number> {
    await this.nodes.compare();
    return Number(await this.request<Hex>("eth_blockNumber"));
  }

  private async readGasLimit(): Promise<number> {
    const block = await this.request<any>("eth_getBlockByNumber", ["latest", false]);
    return Number(block.gasLimit);
  }

  /** The block, or undefined where this node does not have it (yet). */
  async block(number: number): Promise<Block | undefined> {
    const block = await this.request<any>("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
    if (!block) return undefined;
    return {
      number: Number(block.number),
      hash: block.hash,
      parentHash: block.parentHash,
      time: Number(block.timestamp),
      transactions: block.transactions,
    };
  }

  /** The receipts of every transaction of this very block, in order; undefined where the node lacks any of them. */
  async receipts(block: Block): Promise<Receipt[] | undefined> {
    if (block.transactions.length === 0) return [];
    const answers = await this.blockReceipts(block);
    const receipts = answers?.map(receiptOf).sort((a, b) => a.transactionIndex - b.transactionIndex);
    const complete =
      receipts?.length === block.transactions.length &&
      receipts.every((receipt, index) => {
        return receipt.blockHash === block.hash && receipt.transactionHash === block.transactions[index];
      });
    return complete ? receipts : undefined;
  }

  private async blockReceipts(block: Block): Promise<any[] | undefined> {
    try {
      return (
        (await this.request<any[] | null>("eth_getBlockReceipts", [`0x${block.number.toString(16)}`])) ?? undefined
      );
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      const answers = await Promise.all(
        block.transactions.map((hash) => this.request("eth_getTransactionReceipt", [hash])),
      );
      return answers.every((answer) => answer !== null) ? answers : undefined;
    }
  }

  async receipt(hash: string): Promise<(Receipt & { blockNumber: number }) | undefined> {
    const answer = await this.request<any>("eth_getTransactionReceipt", [hash]);
    return answer ? { ...receiptOf(answer), blockNumber: Number(answer.blockNumber) } : undefined;
  }

  /** How many nonces of an account the chain has used, as this node knows. */
  async usedNonces(address: string): Promise<number> {
    return Number(await this.request<Hex>("eth_getTransactionCount", [address, "latest"]));
  }

  /** Whether the node knows the transaction: mined, waiting in its pool, or not at all. */
  async whereabouts(hash: string): Promise<"mined" | "pending" | "unknown"> {
    const transaction = await this.request<any>("eth_getTransactionByHash", [hash]);
    if (!transaction) return "unknown";
    return transaction.blockNumber ? "mined" : "pending";
  }

  /**
   * Hands signed bytes to every node. What they answer decides nothing: only a block does.
   * @throws where no node answers
   */
  async broadcast(bytes: Uint8Array): Promise<"taken" | "known" | "used" | { refused: string }> {
    const method = "eth_sendRawTransaction";
    const answers = await this.nodes.requestAll(method, [`0x${Buffer.from(bytes).toString("hex")}`]);
    if (answers.some(({ status }) => status === "fulfilled")) return "taken";
    const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    const messages = failures.flatMap((failure) => refusal(failure)?.message ?? []);
    if (messages.length === 0) throw new Error(`${method}: the chain does not answer`, { cause: failures[0] });
    const said = (words: RegExp) => messages.some((message) => words.test(message));
    if (said(/already known|known transaction|already imported|already exists/i)) return "known";
    if (said(/nonce too low|nonce is too low|below current nonce/i)) return "used";
    return { refused: messages[0]! };
  }

  async call(to: string, data: Hex, block: "latest" | number = "latest", from?: string): Promise<Hex> {
    const at = block === "latest" ? block : `0x${block.toString(16)}`;
    return this.request<Hex>("eth_call", [{ to, data, ...(from && { from }) }, at]);
  }

  /** Gas that the transaction would use on the newest state. */
  async estimateGas(from: string, to: string, data: Hex): Promise<number> {
    return Number(await this.request<Hex>("eth_estimateGas", [{ from, to, data, gasPrice: "0x0" }]));
  }

  async code(address: string): Promise<Hex> {
    return this.request<Hex>("eth_getCode", [address, "latest"]);
  }

  /** Waits until the chain answers at all; a halt is weather. @param waiting told once, when it takes seconds */
  async reachable(waiting: () => void = () => {}): Promise<void> {
    const began = performance.now();
    for (let told = false; ;) {
      try {
        await this.chainId();
        return;
      } catch {
        if (!told && performance.now() - began > 3000) waiting();
        told ||= performance.now() - began > 3000;
        await pause(500);
      }
    }
  }
}

function receiptOf(answer: any): Receipt {
  return {
    transactionHash: answer.transactionHash,
    transactionIndex: Number(answer.transactionIndex),
    blockHash: answer.blockHash,
    from: answer.from.toLowerCase(),
    status: Number(answer.status),
    contractAddress: answer.contractAddress ?? null,
    gasUsed: Number(answer.gasUsed),
    logs: answer.logs.map((log: any) => ({
      address: log.address.toLowerCase(),
      topics: log.topics,
      data: log.data,
      logIndex: Number(log.logIndex),
    })),
  };
}
