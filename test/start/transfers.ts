import { toHex, type Hex } from "viem";
import { privateKeyToAccount, type PrivateKeyAccount } from "viem/accounts";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonRpc } from "./json-rpc.ts";

/** A key of the tests, the same for the same number. */
export function testAccount(number: number): PrivateKeyAccount {
  return privateKeyToAccount(toHex(number, { size: 32 }));
}

export interface Transfer {
  readonly nonce: number;
  /** Makes another transaction at the same nonce. */
  readonly mark?: number;
  readonly gas?: bigint;
  readonly chainId?: number;
}

/** A signed transaction of price zero that moves nothing. */
export function signTransfer(account: PrivateKeyAccount, transfer: Transfer): Promise<Hex> {
  const { nonce, mark = 0, gas = 50_000n, chainId = 1337 } = transfer;
  const to = "0x00000000000000000000000000000000000000aa";
  return account.signTransaction({
    type: "legacy",
    chainId,
    nonce,
    gas,
    gasPrice: 0n,
    to,
    data: toHex(mark, { size: 2 }),
  });
}

/** Sends transactions of one key for as long as nobody aborts, over every death of the node. */
export async function keepSending(account: PrivateKeyAccount, url: () => string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const rpc = jsonRpc(url());
      const count = Number(await rpc("eth_getTransactionCount", account.address, "latest"));
      for (let nonce = count; nonce < count + 3 && !signal.aborted; nonce++) {
        await rpc("eth_sendRawTransaction", await signTransfer(account, { nonce })).catch(() => undefined);
      }
    } catch {
      // The node is down for now.
    }
    await sleep(40);
  }
}
