import { expect } from "chai";
import type { Hex } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { ChainProcess } from "../start/chain-process.ts";
import { jsonRpc, post, type Rpc } from "../start/json-rpc.ts";
import { temporaryHome } from "../start/temporary-home.ts";
import { signTransfer, testAccount, type Transfer } from "../start/transfers.ts";
import { until } from "../start/until.ts";
import { DifficultChain } from "./difficult-chain.ts";

interface Transaction {
  blockNumber: Hex | null;
}

describe("A difficult chain", function () {
  this.timeout(30_000);
  const home = temporaryHome();
  let behind: ChainProcess;
  let chain: DifficultChain;
  let rpc: Rpc;
  let account: PrivateKeyAccount;
  let accounts = 500;

  before(async () => (behind = await ChainProcess.start(home.path)));
  beforeEach(async () => {
    account = testAccount(accounts++);
    chain = await DifficultChain.start(behind.url);
    rpc = jsonRpc(chain.url);
  });
  afterEach(() => chain.close());
  after(async () => {
    await behind.stop();
    home.remove();
  });

  const send = async (transfer: Transfer, to: Rpc = rpc): Promise<Hex> =>
    to("eth_sendRawTransaction", await signTransfer(account, transfer));
  const mined = (hash: Hex, at: Rpc = behind.rpc): Promise<Transaction> =>
    until("it is mined", async () => (await at<Transaction | null>("eth_getTransactionReceipt", hash)) ?? undefined);
  const refused = async (answer: Promise<unknown>): Promise<string> =>
    answer.then(
      () => expect.fail("It was taken"),
      (error: Error) => error.message,
    );
  const headOf = async (node: Rpc): Promise<number> => Number(await node("eth_blockNumber"));
  /** Makes some blocks. */
  const work = async (blocks: number): Promise<void> => {
    const start = Number(await behind.rpc("eth_getTransactionCount", account.address, "latest"));
    for (let nonce = start; nonce < start + blocks; nonce++) await mined(await send({ nonce }, behind.rpc));
  };

  it("is easy while all switches are off", async () => {
    const hash = await send({ nonce: 0 });
    await mined(hash, rpc);
    expect(await rpc("eth_getTransactionByHash", hash)).to.deep.equal(
      await behind.rpc("eth_getTransactionByHash", hash),
    );
    const calls = ["eth_chainId", "nothing_ofTheKind"].map((method, id) => ({ jsonrpc: "2.0", id, method }));
    const [known, unknown] = await post(chain.url, calls);
    expect(known).to.deep.equal({ jsonrpc: "2.0", id: 0, result: "0x539" });
    expect(unknown.error.code).to.equal(-32604);
  });

  it("loses broadcasts after it said yes", async () => {
    let lose = true;
    chain.pool.loses = () => lose;
    const hash = await send({ nonce: 0 });
    expect(await rpc("eth_getTransactionByHash", hash)).to.equal(null);
    lose = false;
    expect(await send({ nonce: 0 })).to.equal(hash);
    await mined(hash);
    expect(chain.pool.count.lost).to.equal(1);
  });

  it("answers late, and twice", async () => {
    chain.delay = ({ method }) => (method === "eth_sendRawTransaction" ? 200 : 0);
    chain.pool.sendsTwice = ({ nonce }) => nonce === 1;
    const begun = Date.now();
    await send({ nonce: 0 });
    expect(Date.now() - begun).to.be.at.least(200);
    expect(await refused(send({ nonce: 1 }))).to.match(/Known transaction|Nonce too low/);
    await until("both", async () => (await behind.rpc("eth_getTransactionCount", account.address, "latest")) === "0x2");
    expect(chain.pool.count.twice).to.equal(1);
  });

  it("refuses nonces that are too far ahead", async () => {
    chain.pool.nonceDistance = 2;
    await send({ nonce: 2 });
    expect(await refused(send({ nonce: 3 }))).to.contain("too distant");
    await mined(await send({ nonce: 0 }));
    await send({ nonce: 3 });
    expect(await refused(send({ nonce: 0 }))).to.equal("Nonce too low");
    expect(chain.pool.count.refused).to.equal(1);
  });

  it("keeps a transaction in its pool and never mines it, until another takes its place", async () => {
    chain.pool.neverMines = ({ nonce, raw }) => nonce === 0 && !raw.includes("8200ff");
    const stuck = await send({ nonce: 0 });
    const follower = await send({ nonce: 1 });
    await work(0);
    const shown = await rpc<Transaction>("eth_getTransactionByHash", stuck);
    expect(shown).to.include({ hash: stuck, nonce: "0x0", blockNumber: null, from: account.address });
    expect(await rpc("eth_getTransactionReceipt", stuck)).to.equal(null);
    expect(await rpc<Transaction>("eth_getTransactionByHash", follower)).to.include({ blockNumber: null });
    expect(await refused(send({ nonce: 0 }))).to.equal("Known transaction");
    const replacement = await send({ nonce: 0, mark: 255 });
    await mined(replacement);
    await mined(follower);
    expect(await rpc("eth_getTransactionByHash", stuck)).to.equal(null);
    expect(chain.pool.stuck).to.deep.equal([]);
    expect(chain.pool.count).to.include({ stuck: 1, replaced: 1 });
  });

  it("knows no finality and no old state", async () => {
    await work(4);
    for (const tag of ["finalized", "safe"])
      expect(await refused(rpc("eth_getBlockByNumber", tag, false))).to.equal("Unknown block");
    chain.view.stateBlocks = 2;
    const head = await headOf(behind.rpc);
    const at = (back: number): string => `0x${(head - back).toString(16)}`;
    expect(await rpc("eth_getBalance", account.address, at(2))).to.equal("0x0");
    expect(await rpc("eth_getBalance", account.address, at(3))).to.equal(null);
    expect(await refused(rpc("eth_call", { to: account.address }, at(3)))).to.equal("World state unavailable");
    expect(await rpc("eth_call", { to: account.address })).to.equal("0x");
    expect(await rpc("eth_getBlockReceipts", at(3))).to.have.length(1);
    expect(chain.view.count).to.include({ finality: 2, old: 2 });
  });

  it("lags behind, each time otherwise", async () => {
    await work(4);
    chain.view.lagBlocks = 3;
    const head = await headOf(behind.rpc);
    const latest = `0x${head.toString(16)}`;
    const seen = { heads: new Set<number>(), blocks: new Set<boolean>(), receipts: new Set<boolean>() };
    for (let asked = 0; asked < 40; asked++) {
      seen.heads.add(await headOf(rpc));
      seen.blocks.add((await rpc("eth_getBlockByNumber", latest, false)) === null);
      seen.receipts.add((await rpc("eth_getBlockReceipts", latest)) === null);
      const logs = await rpc("eth_getLogs", { fromBlock: latest, toBlock: latest });
      expect(logs).to.deep.equal([]);
    }
    expect([...seen.heads].toSorted()).to.deep.equal([head - 3, head - 2, head - 1, head]);
    expect([...seen.blocks].toSorted()).to.deep.equal([false, true]);
    expect([...seen.receipts].toSorted()).to.deep.equal([false, true]);
    chain.view.lagBlocks = 0;
    expect(await headOf(rpc)).to.equal(head);
  });

  it("halts, and goes on", async () => {
    await work(1);
    await chain.halt();
    const head = await headOf(rpc);
    const hash = await send({ nonce: 1 });
    await work(1).catch(() => undefined);
    expect(await headOf(behind.rpc)).to.be.greaterThan(head);
    expect(await headOf(rpc)).to.equal(head);
    expect(await rpc("eth_getTransactionCount", account.address, "latest")).to.equal("0x1");
    await chain.resume();
    expect(await headOf(rpc)).to.be.greaterThan(head);
    const next = await send({ nonce: 2 });
    await mined(next, rpc);
    await mined(hash, rpc);
    expect(chain.pool.count.held).to.equal(1);
  });

  it("is down while the node behind it is", async () => {
    const orphan = await DifficultChain.start("http://127.0.0.1:9");
    expect(await refused(jsonRpc(orphan.url)("eth_chainId"))).to.contain("fetch failed");
    await orphan.close();
  });
});
