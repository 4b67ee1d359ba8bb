/** What a difficult chain does to broadcasts. */
import {
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  toHex,
  type Hex,
  type TransactionSerialized,
} from "viem";
import type { Answer, Call, Upstream } from "./difficult-chain.ts";
import type { DifficultView } from "./difficult-view.ts";

export interface Broadcast {
  readonly raw: Hex;
  readonly hash: Hex;
  readonly sender: Hex;
  readonly nonce: number;
}

export class DifficultPool {
  /** Which broadcasts are answered with yes, and lost. */
  loses: (broadcast: Broadcast) => boolean = () => false;
  /** Which broadcasts reach the node twice; the answer to the second, "Known transaction", is all that comes back. */
  sendsTwice: (broadcast: Broadcast) => boolean = () => false;
  /** How far ahead of its sender's count a nonce may be. */
  nonceDistance = Infinity;
  /**
   * Which transactions stay in the pool and are never mined. Nodes show them pending, until another one of the same
   * sender and nonce takes their place, or is mined.
   */
  neverMines: (broadcast: Broadcast) => boolean = () => false;
  /** How often each difficulty was met, for a test to prove that it was. */
  readonly count = { lost: 0, twice: 0, refused: 0, stuck: 0, replaced: 0, held: 0 };

  readonly #upstream: Upstream;
  readonly #view: DifficultView;
  readonly #stuck = new Map<string, Broadcast>();
  #held: Broadcast[] | undefined;

  constructor(upstream: Upstream, view: DifficultView) {
    this.#upstream = upstream;
    this.#view = view;
  }

  /** The hashes of what is in the pool and will not be mined. */
  get stuck(): Hex[] {
    return [...this.#stuck.values()].map(({ hash }) => hash);
  }

  hold(): void {
    this.#held ??= [];
  }

  async letGo(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const broadcast of held) await this.#send(broadcast);
  }

  /** Answers what concerns the pool; undefined for everything else. */
  async answer(call: Call): Promise<Answer | undefined> {
    if (call.method === "eth_sendRawTransaction") return this.#take(await read(call.params?.[0] as Hex));
    if (call.method === "eth_getTransactionByHash") return this.#pending(call.params?.[0] as Hex);
    return undefined;
  }

  async #take(broadcast: Broadcast): Promise<Answer> {
    if (this.loses(broadcast)) {
      this.count.lost++;
      return { result: broadcast.hash };
    }
    if (this.#held !== undefined) {
      this.count.held++;
      this.#held.push(broadcast);
      return { result: broadcast.hash };
    }
    return this.#send(broadcast);
  }

  async #send(broadcast: Broadcast): Promise<Answer> {
    const { raw, hash, sender, nonce } = broadcast;
    const count = await this.#countOf(sender);
    if (nonce < count) return { error: { code: -32001, message: "Nonce too low" } };
    if (nonce - count > this.nonceDistance) {
      this.count.refused++;
      const message = "Transaction nonce is too distant from current sender nonce";
      return { error: { code: -32000, message } };
    }
    const place = placeOf(broadcast);
    const former = this.#stuck.get(place);
    if (former?.hash === hash) return { error: { code: -32000, message: "Known transaction" } };
    if (former !== undefined) this.count.replaced++;
    this.#stuck.delete(place);
    if (this.neverMines(broadcast)) {
      this.count.stuck++;
      this.#stuck.set(place, broadcast);
      return { result: hash };
    }
    const answer = await this.#upstream("eth_sendRawTransaction", raw);
    if (!this.sendsTwice(broadcast)) return answer;
    this.count.twice++;
    return this.#upstream("eth_sendRawTransaction", raw);
  }

  /** What a node says of a transaction that it holds and never mines, or that waits for a halted chain. */
  async #pending(hash: Hex): Promise<Answer | undefined> {
    const broadcast = [...this.#stuck.values(), ...(this.#held ?? [])].find((one) => one.hash === hash);
    if (broadcast === undefined) return undefined;
    const { sender, nonce, raw } = broadcast;
    if (nonce < (await this.#countOf(sender))) {
      this.#stuck.delete(placeOf(broadcast));
      return undefined;
    }
    const { gas = 0n, to = null, data = "0x" } = parseTransaction(raw);
    const numbers = { nonce: toHex(nonce), gas: toHex(gas), gasPrice: "0x0", value: "0x0", type: "0x0" };
    const nowhere = { blockHash: null, blockNumber: null, transactionIndex: null };
    return { result: { hash, from: sender, to, input: data, ...numbers, ...nowhere, r: "0x1", s: "0x1", v: "0x1b" } };
  }

  async #countOf(sender: Hex): Promise<number> {
    const answer = await this.#view.truth("eth_getTransactionCount", sender, "latest");
    return Number(answer);
  }
}

const placeOf = ({ sender, nonce }: Broadcast): string => `${sender}/${nonce}`;

async function read(raw: Hex): Promise<Broadcast> {
  const sender = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized });
  return { raw, hash: keccak256(raw), sender, nonce: parseTransaction(raw).nonce ?? 0 };
}
