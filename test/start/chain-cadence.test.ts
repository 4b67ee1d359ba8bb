import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ChainProcess } from "./chain-process.ts";
import { temporaryHome } from "./temporary-home.ts";
import { signTransfer, testAccount } from "./transfers.ts";
import { until } from "./until.ts";

describe("The chain's blocks", function () {
  this.timeout(30_000);
  const home = temporaryHome();
  const account = testAccount(1);
  let nonce = 0;

  after(() => home.remove());

  const headOf = async (chain: ChainProcess): Promise<number> => Number(await chain.rpc("eth_blockNumber"));
  const send = async (chain: ChainProcess): Promise<unknown> =>
    chain.rpc("eth_sendRawTransaction", await signTransfer(account, { nonce: nonce++ }));

  it("come at once after a pause, then a period apart, and not while nothing waits", async () => {
    const chain = await ChainProcess.start(home.path, { CHAIN_BLOCK_SECONDS: "1", CHAIN_IDLE_SECONDS: "60" });
    await sleep(1100);
    const head = await headOf(chain);
    const begun = Date.now();
    await send(chain);
    await until("the first block", async () => (await headOf(chain)) > head);
    expect(Date.now() - begun, "after a pause").to.be.lessThan(500);
    await send(chain);
    await until("the second block", async () => (await headOf(chain)) > head + 1);
    expect(Date.now() - begun, "within the period").to.be.within(850, 1600);
    await sleep(1300);
    expect(await headOf(chain), "while nothing waits").to.equal(head + 2);
    const [first, second] = await Promise.all(
      [head + 1, head + 2].map((number) =>
        chain.rpc<{ timestamp: string }>("eth_getBlockByNumber", `0x${number.toString(16)}`, false),
      ),
    );
    expect(Number(second?.timestamp) - Number(first?.timestamp)).to.be.within(1, 2);
    expect(Math.abs(Number(second?.timestamp) - Date.now() / 1000), "from the clock").to.be.lessThan(4);
    await chain.stop();
  });

  it("come rarely while nothing waits, and do not come for a gap in nonces", async () => {
    const chain = await ChainProcess.start(home.path, { CHAIN_BLOCK_SECONDS: "0.05", CHAIN_IDLE_SECONDS: "0.6" });
    await chain.rpc("eth_sendRawTransaction", await signTransfer(account, { nonce: nonce + 1 }));
    const head = await headOf(chain);
    await sleep(1500);
    expect(await headOf(chain)).to.be.within(head + 1, head + 4);
    await send(chain);
    nonce++;
    await until(
      "both",
      async () => Number(await chain.rpc("eth_getTransactionCount", account.address, "latest")) === nonce,
    );
    await chain.stop();
  });

  it("take what did not fit into the one before", async () => {
    const chain = await ChainProcess.start(home.path, { CHAIN_BLOCK_SECONDS: "0.2", CHAIN_IDLE_SECONDS: "60" });
    await sleep(250);
    const head = await headOf(chain);
    const loop = "0x5b600056"; // It burns what it gets.
    for (let sent = 0; sent < 6; sent++) {
      const creation = {
        type: "legacy",
        chainId: 1337,
        nonce: nonce++,
        gas: 25_000_000n,
        gasPrice: 0n,
        data: loop,
      } as const;
      await chain.rpc("eth_sendRawTransaction", await account.signTransaction(creation));
    }
    await until(
      "all",
      async () => Number(await chain.rpc("eth_getTransactionCount", account.address, "latest")) === nonce,
    );
    expect(await headOf(chain)).to.be.within(head + 3, head + 4);
    await chain.stop();
  });
});
