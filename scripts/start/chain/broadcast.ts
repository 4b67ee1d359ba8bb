/** eth_sendRawTransaction: refuses what Besu refuses, and replaces what Besu replaces. */
import { keccak256, parseTransaction, recoverTransactionAddress, type Hex, type TransactionSerialized } from "viem";
import { AnvilRefusal } from "./anvil.ts";
import type { Chain } from "./chain.ts";
import { asBesuSays, refusals, type Refusal } from "./refusals.ts";
import type { ChainSettings } from "./settings.ts";

export type Broadcast = { readonly hash: string } | { readonly refusal: Refusal };

export class Broadcaster {
  readonly #chain: Chain;
  readonly #settings: ChainSettings;
  /** Replacements go one after another: each takes transactions out of anvil and puts them back. */
  #replacing: Promise<unknown> = Promise.resolve();

  constructor(chain: Chain, settings: ChainSettings) {
    this.#chain = chain;
    this.#settings = settings;
  }

  /** Takes a signed transaction, or says why not. */
  async take(raw: Hex): Promise<Broadcast> {
    const transaction = read(raw);
    if (transaction === undefined) return { refusal: refusals.parameters };
    const { hash, nonce, chainId } = transaction;
    if (chainId !== undefined && chainId !== this.#settings.chainId) return { refusal: refusals.wrongChain };
    if (this.#chain.pool.rawOf(hash) !== undefined) return { refusal: refusals.known };
    const refusal = (await this.#send(hash, raw)) ?? (await this.#tooDistant(hash, nonce));
    if (refusal !== undefined) return { refusal };
    this.#chain.wake();
    return { hash };
  }

  async #send(hash: string, raw: Hex): Promise<Refusal | undefined> {
    const refusal = await this.#offer(hash, raw);
    if (refusal === undefined || !refusal.message.includes("replacement transaction underpriced")) {
      return refusal && asBesuSays(refusal);
    }
    const replacing = this.#replacing.then(() => this.#replace(hash, raw));
    this.#replacing = replacing.catch(() => undefined);
    return replacing;
  }

  /** Hands anvil a transaction. The pool knows it before anvil does, since anvil may mine it before it answers. */
  async #offer(hash: string, raw: string): Promise<Refusal | undefined> {
    this.#chain.pool.add(hash, raw);
    try {
      await this.#chain.anvil.call("eth_sendRawTransaction", raw);
      return undefined;
    } catch (error) {
      if (!(error instanceof AnvilRefusal)) throw error;
      this.#chain.pool.remove(hash);
      return { code: error.code, message: error.reason };
    }
  }

  /**
   * Besu lets a pending transaction be replaced at the same price of zero; anvil does not. Dropping one makes anvil
   * forget its followers too, so whatever it does not know any more is offered again.
   */
  async #replace(hash: string, raw: Hex): Promise<Refusal | undefined> {
    const { anvil, pool } = this.#chain;
    const sender = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized });
    const nonce = `0x${(read(raw)?.nonce ?? 0).toString(16)}`;
    const former = await anvil.call<{ hash: string } | null>("eth_getTransactionBySenderAndNonce", sender, nonce);
    const formerRaw = former === null ? undefined : pool.rawOf(former.hash);
    if (former !== null && formerRaw !== undefined) {
      await anvil.call("anvil_dropTransaction", former.hash);
      pool.remove(former.hash);
    }
    const refusal = await this.#offer(hash, raw);
    if (refusal !== undefined && former !== null && formerRaw !== undefined) await this.#offer(former.hash, formerRaw);
    for (const [waiting, signed] of pool.all()) {
      const forgotten = (await anvil.call("eth_getTransactionByHash", waiting)) === null;
      if (forgotten) await this.#offer(waiting, signed);
    }
    return refusal && asBesuSays(refusal);
  }

  /**
   * Besu's pool takes no nonce that is too far ahead of its sender's. Anvil has recovered the sender, which costs
   * JavaScript a millisecond, so it is asked afterwards; what it dropped then was in no block.
   */
  async #tooDistant(hash: string, nonce: number): Promise<Refusal | undefined> {
    if (nonce <= this.#settings.nonceDistance) return undefined;
    const { anvil, pool } = this.#chain;
    const transaction = await anvil.call<{ from: string } | null>("eth_getTransactionByHash", hash);
    if (transaction === null) return undefined; // Replaced meanwhile.
    const count = Number(await anvil.call<string>("eth_getTransactionCount", transaction.from, "latest"));
    if (nonce - count <= this.#settings.nonceDistance) return undefined;
    if ((await anvil.call("anvil_dropTransaction", hash)) === null) return undefined;
    pool.remove(hash);
    return refusals.nonceTooDistant;
  }
}

function read(raw: Hex): { hash: Hex; nonce: number; chainId: number | undefined } | undefined {
  try {
    const { nonce = 0, chainId } = parseTransaction(raw);
    return { hash: keccak256(raw), nonce, chainId };
  } catch {
    return undefined;
  }
}
