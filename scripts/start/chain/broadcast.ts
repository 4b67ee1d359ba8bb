/** eth_sendRawTransaction: refuses what Besu refuses, and replaces what Besu replaces. */
import { AnvilRefusal } from "./anvil.ts";
import type { Chain } from "./chain.ts";
import { offer } from "./offer.ts";
import { asBesuSays, isReplacement, refusals, type Refusal } from "./refusals.ts";
import { senderOf } from "./sender.ts";
import type { ChainSettings } from "./settings.ts";
import { readTransaction, type SignedTransaction } from "./signed-transaction.ts";

export type Broadcast = { readonly hash: string } | { readonly refusal: Refusal };

export class Broadcaster {
  readonly #chain: Chain;
  readonly #settings: ChainSettings;
  /** The count that each sender had at least. */
  readonly #counts = new Map<string, number>();
  /** What anvil is being asked to take, outside of a replacement. */
  readonly #offered = new Set<Promise<unknown>>();
  /**
   * The last of the replacements, which go one after another and while nothing else is offered: each takes transactions
   * out of anvil and offers them again, and one that is offered twice at once would be refused, and then mined.
   */
  #replacing: Promise<void> | undefined;

  constructor(chain: Chain, settings: ChainSettings) {
    this.#chain = chain;
    this.#settings = settings;
  }

  /** Takes a signed transaction, or says why not. */
  async take(raw: string): Promise<Broadcast> {
    const transaction = readTransaction(raw);
    if (transaction === undefined) return { refusal: refusals.parameters };
    const { hash, chainId } = transaction;
    if (chainId !== undefined && chainId !== this.#settings.chainId) return { refusal: refusals.wrongChain };
    if (await this.#isTooDistant(transaction)) return { refusal: refusals.nonceTooDistant };
    while (this.#replacing !== undefined) await this.#replacing;
    if (this.#chain.pool.rawOf(hash) !== undefined) return { refusal: refusals.known };
    let refusal = await this.#offerAside(transaction);
    if (refusal !== undefined && isReplacement(refusal)) refusal = await this.#replaceInTurn(transaction);
    if (refusal !== undefined) return { refusal: asBesuSays(refusal) };
    this.#chain.accepted(hash);
    return { hash };
  }

  /** Besu's pool takes no nonce that is too far ahead of its sender's count. */
  async #isTooDistant(transaction: SignedTransaction): Promise<boolean> {
    const nearest = transaction.nonce - this.#settings.nonceDistance;
    if (nearest <= 0) return false;
    const { anvil } = this.#chain;
    const sender = await senderOf(anvil, transaction);
    if ((this.#counts.get(sender) ?? 0) >= nearest) return false;
    const count = Number(await anvil.call<string>("eth_getTransactionCount", sender, "latest"));
    this.#counts.set(sender, count);
    return count < nearest;
  }

  /** Hands anvil a transaction. The pool knows it before anvil does, since anvil may mine it before it answers. */
  async #offer({ hash, raw }: SignedTransaction): Promise<Refusal | undefined> {
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

  async #offerAside(transaction: SignedTransaction): Promise<Refusal | undefined> {
    const offered = this.#offer(transaction);
    this.#offered.add(offered);
    return offered.finally(() => this.#offered.delete(offered));
  }

  #replaceInTurn(transaction: SignedTransaction): Promise<Refusal | undefined> {
    const before = this.#replacing;
    const replaced = (async () => {
      await before;
      await Promise.allSettled(this.#offered);
      return this.#replace(transaction);
    })();
    const over = replaced.then(
      () => undefined,
      () => undefined,
    );
    this.#replacing = over;
    void over.then(() => {
      if (this.#replacing === over) this.#replacing = undefined;
    });
    return replaced;
  }

  /**
   * Besu lets a pending transaction be replaced at the same price of zero; anvil does not. anvil_dropTransaction
   * overlooks what waits behind a gap in nonces and forgets all followers of what it drops, so everything that the
   * sender has in anvil goes, and everything that waits is offered again.
   */
  async #replace(transaction: SignedTransaction): Promise<Refusal | undefined> {
    const { anvil, pool } = this.#chain;
    const sender = await senderOf(anvil, transaction);
    const nonce = `0x${transaction.nonce.toString(16)}`;
    const former = await anvil.call<{ hash: string } | null>("eth_getTransactionBySenderAndNonce", sender, nonce);
    const formerRaw = former === null ? undefined : pool.rawOf(former.hash);
    await anvil.call("anvil_removePoolTransactions", sender);
    const isGone = former !== null && (await anvil.call("eth_getTransactionByHash", former.hash)) === null;
    if (isGone) pool.remove(former.hash); // Otherwise a block has taken it meanwhile.
    const refusal = await this.#offer(transaction);
    if (refusal !== undefined && isGone && formerRaw !== undefined) pool.add(former.hash, formerRaw);
    await offer(anvil, pool.all());
    return refusal;
  }
}
