import { expect } from "chai";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BlockLog, LogDamagedError } from "../../scripts/start/chain/block-log.ts";
import { Chain } from "../../scripts/start/chain/chain.ts";
import { chainSettings } from "../../scripts/start/chain/settings.ts";
import { ChainProcess } from "./chain-process.ts";
import { ShownBlocks } from "./shown-blocks.ts";
import { temporaryHome } from "./temporary-home.ts";
import { signTransfer, testAccount } from "./transfers.ts";
import { until } from "./until.ts";

describe("The log of blocks", function () {
  this.timeout(30_000);
  const home = temporaryHome();
  const path = join(home.path, "blocks.log");
  const shown = new ShownBlocks();
  let good: Buffer;

  before(async () => {
    const chain = await ChainProcess.start(home.path);
    for (let nonce = 0; nonce < 4; nonce++) {
      await chain.rpc("eth_sendRawTransaction", await signTransfer(testAccount(1), { nonce }));
      await until("its block", async () => Number(await chain.rpc("eth_blockNumber")) > nonce);
    }
    await shown.look(chain.url);
    await chain.kill();
    good = readFileSync(path);
  });

  beforeEach(() => writeFileSync(path, good));
  after(() => home.remove());

  /** Opens the chain, and gives what it says instead of starting. */
  const refusal = async (variables: Record<string, string> = {}): Promise<string> => {
    const settings = chainSettings({ CHAIN_HOME: home.path, ...variables });
    const chain = await Chain.open(settings, async () => undefined).catch((error: Error) => error.message);
    if (typeof chain === "string") return chain;
    chain.anvil.kill();
    return expect.fail("It started");
  };

  for (const torn of ['{"number":5,"timest', '{"number":5}', "\0\0\0\0\0\0\n", "\0", '{"num\0\0\0\n']) {
    it(`drops a last record that was never finished: ${JSON.stringify(torn)}`, () => {
      appendFileSync(path, torn);
      expect(BlockLog.open(path).blocks).to.have.length(4);
      expect(readFileSync(path)).to.deep.equal(good);
    });
  }

  it("goes on after a torn record", async () => {
    truncateSync(path, good.length - 20);
    let chain = await ChainProcess.start(home.path);
    expect(Number(await chain.rpc("eth_blockNumber"))).to.equal(3);
    await chain.rpc("eth_sendRawTransaction", await signTransfer(testAccount(1), { nonce: 3, mark: 9 }));
    await until("block 4 of its own", async () => Number(await chain.rpc("eth_blockNumber")) === 4);
    const own = new ShownBlocks();
    await own.look(chain.url);
    await chain.kill();
    chain = await ChainProcess.start(home.path);
    await own.expectAll(chain.url);
    await chain.stop();
  });

  const changes: readonly [what: string, change: (lines: string[]) => string[], says: RegExp][] = [
    ["a changed timestamp", (lines) => lines.map((line, at) => (at === 1 ? later(line) : line)), /block 2 is 0x/],
    [
      "a changed hash",
      (lines) => lines.map((line) => line.replace(/"hash":"0x.{8}/, '"hash":"0x00000000')),
      /block 1 is/,
    ],
    ["a transaction taken out", (lines) => lines.map((line) => line.replace(/"0x[^"]{100,}"/, "")), /block 1 is 0x/],
    ["a missing block", (lines) => lines.toSpliced(1, 1), /block 3 follows block 1/],
    ["a missing beginning", (lines) => lines.slice(1), /block 1 is missing before block 2/],
    ["a broken record", (lines) => lines.map((line, at) => (at === 1 ? line.slice(9) : line)), /a record that is none/],
    [
      "a broken last record",
      (lines) => lines.map((line, at) => (at === 3 ? line.slice(9) : line)),
      /a record that is none/,
    ],
    [
      "zeros amid it",
      (lines) => lines.map((line, at) => (at === 1 ? line.replace("hash", "\0\0\0\0") : line)),
      /zeros/,
    ],
  ];
  for (const [what, change, says] of changes) {
    it(`is refused with ${what}`, async () => {
      const lines = good.toString().trimEnd().split("\n");
      writeFileSync(path, `${change(lines).join("\n")}\n`);
      const said = await refusal();
      expect(said).to.match(says).and.contain("is damaged").and.contain("backup");
    });
  }

  it("belongs to one genesis", async () => {
    expect(await refusal({ CHAIN_ID: "99" })).to.contain("the chain id 1337, and now has 99");
    expect(await refusal({ CHAIN_GAS_LIMIT: "30000000" })).to.contain("the gas limit 60000000, and now has 30000000");
  });

  it("is one line a block, and keeps a snapshot's head", async () => {
    const { log, blocks } = BlockLog.open(path);
    expect(blocks.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4]);
    const [, second, third] = blocks;
    log.startFrom(second!);
    await log.append(third!);
    expect(BlockLog.open(path).blocks).to.deep.equal([second, third]);
    expect(await refusal()).to.contain("block 1 is missing before block 2");
    appendFileSync(path, "nothing\n");
    expect(() => BlockLog.open(path)).to.throw(LogDamagedError);
  });
});

function later(line: string): string {
  return line.replace(/"timestamp":(\d+)/, (_, seconds: string) => `"timestamp":${Number(seconds) + 1}`);
}
