import type { Hex } from "viem";
import { decodeFunctionData, keccak256, parseTransaction, toHex } from "viem/utils";
import { organisationsAbi } from "../../contracts/core/generated/Organisations.abi.ts";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import { organisationHex } from "../../lambdas/core/chain/envelope.ts";

interface Sent {
  nonce: number;
  hash: string;
}

/** A chain of one signer that does nothing by itself: a test says what it mines and what it shows. */
export class ScriptedChain extends Chain {
  /** Every broadcast that reached it, in order. */
  readonly heard: Sent[] = [];
  /** How many nonces of the signer it has used. */
  used = 0;
  newest = 1;
  /** What a node says of any transaction. */
  shows: "pending" | "mined" | "unknown" = "unknown";
  /** Whether no node wants what is broadcast. */
  refuses = false;
  /** Whether a key speaks for the lane's organisation. */
  speaks: (signer: string) => boolean = () => true;
  /** Keys that spoke once and were ended. */
  readonly ended = new Set<string>();
  readonly #organisation: string;

  constructor(organisation: string) {
    super(["http://127.0.0.1:1"]);
    this.#organisation = organisation;
  }

  override readonly gasLimit = async () => 60_000_000;

  override async head(): Promise<number> {
    return this.newest;
  }

  override async chainId(): Promise<number> {
    return 1337;
  }

  /** Blocks that nothing is in. */
  override async block(number: number) {
    if (number > this.newest) return undefined;
    const hashOf = (at: number) => `0x${at.toString(16).padStart(64, "0")}`;
    return { number, hash: hashOf(number), parentHash: hashOf(number - 1), time: number, transactions: [] };
  }

  override async usedNonces(): Promise<number> {
    return this.used;
  }

  override async whereabouts(): Promise<"mined" | "pending" | "unknown"> {
    return this.shows;
  }

  override async broadcast(bytes: Uint8Array): ReturnType<Chain["broadcast"]> {
    if (this.refuses) return { refused: "no node wants it" };
    const raw = toHex(bytes);
    const { nonce = 0 } = parseTransaction(raw);
    this.heard.push({ nonce, hash: keccak256(raw) });
    return nonce < this.used ? "used" : "taken";
  }

  /** What a lane asks the book: for whom a signer speaks, and whether it was ended. */
  override async call(_to: string, data: Hex) {
    const { functionName, args } = decodeFunctionData({ abi: organisationsAbi, data });
    const signer = args![0] as string;
    const speaks = this.speaks(signer);
    if (functionName === "hasEnded") return toHex(!speaks && this.ended.has(signer), { size: 32 });
    return organisationHex(speaks ? this.#organisation : "");
  }
}
