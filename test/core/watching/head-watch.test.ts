import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "../../../lambdas/core/chain/chain.ts";
import { HeadWatch } from "../../../lambdas/core/indexing/head-watch.ts";
import type { Kapok } from "../../../lambdas/core/kapok.ts";
import { cursorKey } from "../../../lambdas/core/store/book.ts";
import { Dynoxide } from "../dynoxide.ts";

const PERIOD = 30;
const seconds = () => Math.floor(Date.now() / 1000);

describe("The watch over the chain's head", () => {
  let engine: Dynoxide;
  let kapok: Kapok;
  /** What was measured, in order. */
  let measured: Record<string, unknown>[];
  /** The chain's newest block, in seconds since 1970; none where its nodes do not answer. */
  let head: { number: number; time: number } | undefined;
  let over: AbortController;

  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  beforeEach(async () => {
    measured = [];
    over = new AbortController();
    kapok = await engine.kapok(randomUUID());
    kapok.log.info = (_event, _fields, of) => measured.push(of!.values);
  });
  afterEach(() => over.abort());

  const chain = {
    head: async () => (head ? head.number : Promise.reject(new Error("no node answers"))),
    block: async () => head,
  } as unknown as Chain;

  const indexed = (blockNumber: number, time: number) =>
    kapok.core.put({ ...cursorKey, blockNumber, hash: "0x", time });
  const watch = () => void new HeadWatch(kapok, chain, PERIOD).run(over.signal);

  async function next(): Promise<Record<string, any>> {
    const before = measured.length;
    while (measured.length === before) await sleep(5);
    return measured.at(-1)!;
  }

  it("says how old a head is that stands, and how far the store is behind it", async () => {
    head = { number: 110, time: seconds() - 700 };
    await indexed(100, seconds() - 800);
    watch();
    const { HeadAge, IndexerLag } = await next();
    expect(HeadAge).to.be.within(700, 702);
    expect(IndexerLag).to.equal(10);
  });

  it("goes on by the last block that is known where no node answers", async () => {
    head = undefined;
    await indexed(100, seconds() - 650);
    watch();
    const { HeadAge, IndexerLag } = await next();
    expect(HeadAge).to.be.within(650, 652);
    expect(IndexerLag).to.equal(undefined);
  });

  it("trusts a move that it saw more than clocks: validators' may be slow", async () => {
    head = { number: 1, time: seconds() - 3600 };
    watch();
    expect((await next())["HeadAge"]).to.be.within(3600, 3602);
    head = { number: 2, time: seconds() - 3599 };
    await next();
    expect((await next())["HeadAge"]).to.equal(0);
  });

  it("sees a chain that halts though validators' clocks are fast", async () => {
    head = { number: 1, time: seconds() + 3600 };
    watch();
    await sleep(1100);
    expect((await next())["HeadAge"]).to.be.within(1, 2);
  });

  it("does not take a block for a new one that was only unknown while no node answered", async () => {
    head = undefined;
    await indexed(100, seconds() - 900);
    watch();
    await next();
    head = { number: 105, time: seconds() - 800 };
    await next();
    expect((await next())["HeadAge"]).to.be.within(800, 802);
  });
});
