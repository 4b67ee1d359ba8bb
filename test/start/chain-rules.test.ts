import { expect } from "chai";
import { privateKeyToAccount } from "viem/accounts";
import type { Hex } from "viem";
import { setTimeout as sleep } from "node:timers/promises";
import { ChainProcess } from "./chain-process.ts";
import { post, type Rpc } from "./json-rpc.ts";
import { temporaryHome } from "./temporary-home.ts";
import { signTransfer, testAccount, type Transfer } from "./transfers.ts";
import { until } from "./until.ts";

interface Receipt {
  blockNumber: Hex;
  transactionHash: Hex;
}

describe("The chain's door", function () {
  this.timeout(30_000);
  const home = temporaryHome();
  let chain: ChainProcess;
  let rpc: Rpc;
  let account: ReturnType<typeof privateKeyToAccount>;
  let accounts = 100;

  before(async () => {
    chain = await ChainProcess.start(home.path, { CHAIN_BLOCK_SECONDS: "0.3" });
    rpc = chain.rpc;
  });
  beforeEach(() => (account = testAccount(accounts++)));
  after(async () => {
    await chain.stop();
    home.remove();
  });

  const send = async (transfer: Transfer): Promise<Hex> =>
    rpc("eth_sendRawTransaction", await signTransfer(account, transfer));
  const mined = (hash: Hex): Promise<Receipt> =>
    until(
      `the receipt of ${hash}`,
      async () => (await rpc<Receipt | null>("eth_getTransactionReceipt", hash)) ?? undefined,
    );
  const refused = async (answer: Promise<unknown>): Promise<{ code: number; message: string }> => {
    const error = await answer.then(
      () => expect.fail("It was taken"),
      (refusal) => refusal,
    );
    return { code: error.code, message: error.message };
  };

  it("refuses transactions in Besu's words", async () => {
    await mined(await send({ nonce: 0 }));
    expect(await refused(send({ nonce: 0 }))).to.deep.equal({ code: -32001, message: "Nonce too low" });
    await send({ nonce: 2 });
    expect(await refused(send({ nonce: 2 }))).to.deep.equal({ code: -32000, message: "Known transaction" });
    expect(await refused(send({ nonce: 1, chainId: 5 }))).to.deep.equal({ code: -32000, message: "Wrong chainId" });
    expect(await refused(send({ nonce: 1, gas: 20_000n }))).to.deep.equal({
      code: -32003,
      message: "Intrinsic gas exceeds gas limit",
    });
    expect(await refused(send({ nonce: 1, gas: 60_000_001n }))).to.deep.equal({
      code: -32005,
      message: "Transaction gas limit exceeds block gas limit",
    });
    expect((await refused(rpc("eth_sendRawTransaction", "0x1234"))).code).to.equal(-32602);
    expect((await refused(rpc("eth_sendRawTransaction"))).code).to.equal(-32602);
  });

  it("takes nonces up to 200 ahead", async () => {
    await mined(await send({ nonce: 0 }));
    await send({ nonce: 201 });
    expect(await refused(send({ nonce: 202 }))).to.deep.equal({
      code: -32000,
      message: "Transaction nonce is too distant from current sender nonce",
    });
    await mined(await send({ nonce: 1 }));
    await send({ nonce: 202 });
  });

  it("replaces a pending transaction at the same price, and keeps its followers", async () => {
    const first = await send({ nonce: 0 });
    const former = await send({ nonce: 1 });
    const follower = await send({ nonce: 2 });
    const later = await send({ nonce: 1, mark: 1 });
    const last = await send({ nonce: 1, mark: 2 });
    const receipts = [await mined(first), await mined(last), await mined(follower)];
    expect(receipts.map(({ transactionHash }) => transactionHash)).to.deep.equal([first, last, follower]);
    for (const replaced of [former, later]) expect(await rpc("eth_getTransactionByHash", replaced)).to.equal(null);
  });

  it("replaces what waits behind a gap", async () => {
    await send({ nonce: 1 });
    const last = await send({ nonce: 1, mark: 1 });
    const back = await send({ nonce: 1 });
    const again = await send({ nonce: 1, mark: 1 });
    expect(again).to.equal(last);
    await send({ nonce: 0 });
    await mined(last);
    expect(await rpc("eth_getTransactionReceipt", back)).to.equal(null);
  });

  it("keeps the former where the latter is refused", async () => {
    const former = await send({ nonce: 0 });
    expect((await refused(send({ nonce: 0, mark: 1, gas: 70_000_000n }))).code).to.equal(-32005);
    await mined(former);
  });

  it("mines each nonce once, whatever is sent while others are replaced, and nothing that it does not know", async () => {
    const senders = Array.from({ length: 4 }, () => testAccount(accounts++));
    const crowd = Array.from({ length: 24 }, (_, at) => ({ ahead: at % 2, mark: at % 4 }));
    const sendCrowd = async (sender: ReturnType<typeof testAccount>, nonce: number) => {
      const sent = crowd.map(async ({ ahead, mark }) => {
        const raw = await signTransfer(sender, { nonce: nonce + ahead, mark });
        await sleep(Math.random() * 30);
        await rpc("eth_sendRawTransaction", raw).catch(({ code }) => expect([-32000, -32001]).to.include(code));
      });
      await Promise.all(sent);
    };
    const nonces = [0, 2, 4, 6, 8];
    await Promise.all(
      senders.map(async (sender) => {
        for (const nonce of nonces) await sendCrowd(sender, nonce);
        const count = async () => Number(await rpc("eth_getTransactionCount", sender.address, "latest"));
        await until("all nonces are used", async () => (await count()) === 10 || undefined);
      }),
    );
    expect(await Promise.race([chain.ended, "it runs"])).to.equal("it runs");
  });

  it("takes transactions of any type at price zero", async () => {
    const to = account.address;
    const priced = { chainId: 1337, gas: 50_000n, to } as const;
    const typed = [
      await account.signTransaction({
        ...priced,
        type: "eip1559",
        nonce: 0,
        maxFeePerGas: 0n,
        maxPriorityFeePerGas: 0n,
      }),
      await account.signTransaction({ ...priced, type: "eip2930", nonce: 1, gasPrice: 0n }),
      await account.signTransaction({ ...priced, type: "legacy", nonce: 2, gasPrice: 0n }),
    ];
    for (const raw of typed) await mined(await rpc("eth_sendRawTransaction", raw));
    const recent = { ...priced, type: "eip1559", nonce: 300, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;
    const distant = await refused(rpc("eth_sendRawTransaction", await account.signTransaction(recent)));
    expect(distant.message).to.contain("too distant");
    expect(await rpc("eth_gasPrice")).to.equal("0x0");
  });

  it("knows no finality tags, since all that is mined is final", async () => {
    for (const tag of ["finalized", "safe"]) {
      const unknown = { code: -39001, message: "Unknown block" };
      expect(await refused(rpc("eth_getBlockByNumber", tag, false))).to.deep.equal(unknown);
      expect(await refused(rpc("eth_getBalance", account.address, tag))).to.deep.equal(unknown);
      expect((await refused(rpc("eth_getLogs", { fromBlock: tag }))).code).to.equal(-32602);
    }
  });

  it("offers nothing but reading and sending", async () => {
    const closed = [
      "anvil_dumpState",
      "evm_mine",
      "debug_traceCall",
      "txpool_content",
      "hardhat_reset",
      "personal_sign",
    ];
    for (const method of [
      ...closed,
      "eth_sendTransaction",
      "eth_sign",
      "eth_signTransaction",
      "eth_sendUnsignedTransaction",
    ]) {
      expect(await refused(rpc(method))).to.deep.equal({ code: -32604, message: "Method not enabled" });
    }
    expect(await rpc("eth_chainId")).to.equal("0x539");
    expect(await rpc("net_version")).to.equal("1337");
    expect(await rpc("web3_clientVersion")).to.contain("anvil");
  });

  it("answers batches in order, and what is no request at all", async () => {
    const raw = await signTransfer(account, { nonce: 0 });
    const answers = await post(chain.url, [
      { jsonrpc: "2.0", id: 7, method: "eth_chainId" },
      { jsonrpc: "2.0", id: "eight", method: "eth_sendRawTransaction", params: [raw] },
      { jsonrpc: "2.0", id: 9, method: "evm_mine" },
      { jsonrpc: "2.0", id: 10, method: "eth_getBlockByNumber", params: ["safe", false] },
    ]);
    expect(answers.map(({ id }: { id: unknown }) => id)).to.deep.equal([7, "eight", 9, 10]);
    expect(answers[0].result).to.equal("0x539");
    expect(answers[1].result).to.match(/^0x/);
    expect(answers.slice(2).map((answer: any) => answer.error.code)).to.deep.equal([-32604, -39001]);
    expect((await post(chain.url, "{ nothing")).error.code).to.equal(-32700);
    expect((await post(chain.url, "[]")).error.code).to.equal(-32600);
    expect((await post(chain.url, "null")).error.code).to.equal(-32600);
    expect((await fetch(chain.url)).status).to.equal(405);
  });

  it("listens on this machine only, and asks no price for a block of transactions", async () => {
    expect(new URL(chain.url).hostname).to.equal("127.0.0.1");
    const hashes = await Promise.all([0, 1, 2, 3].map((nonce) => send({ nonce })));
    const blocks = new Set((await Promise.all(hashes.map(mined))).map(({ blockNumber }) => blockNumber));
    for (const number of blocks) {
      const block = await rpc<{ baseFeePerGas: Hex }>("eth_getBlockByNumber", number, false);
      expect(Number(block.baseFeePerGas)).to.equal(0);
      const receipts = await rpc<Receipt[]>("eth_getBlockReceipts", number);
      expect(receipts.every(({ blockNumber }) => blockNumber === number)).to.equal(true);
    }
  });
});
