import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import { markReturned } from "../../lambdas/core/indexing/mark.ts";
import { keepBook, readCursor } from "../../lambdas/core/store/book.ts";
import { journalCandidate } from "../../lambdas/core/store/journal.ts";
import type { Lane } from "../../lambdas/core/store/lanes.ts";
import { readOperations } from "../../lambdas/core/store/operations.ts";
import type { Key } from "../../lambdas/core/store/table.ts";
import { pause } from "../../lambdas/core/store/table.ts";

/** What happens between two steps of somebody who does not know it yet. */
describe("While a lane's owner or the indexer is not looking", () => {
  let engine: Dynoxide;
  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  const stage = async (lane?: Partial<Lane>) => LaneStage.set(await engine.kapok(randomUUID()), lane);

  it("another owner takes the lane: the first one journals and broadcasts nothing", async () => {
    const lane = await stage();
    await lane.accept("a");
    const first = await lane.owner();
    lane.beforeTransaction(() => lane.owner());
    expect(await first.step()).to.equal("again");
    expect(await first.step()).to.equal("lost");
    expect(await lane.journal()).to.deep.equal([]);
    expect(lane.chain.heard).to.deep.equal([]);
  });

  it("a part of what waits together is mined: it is not taken again", async () => {
    const lane = await stage({ limit: 2 });
    const ids = await lane.accept("a", "b", "c");
    const owner = await lane.owner();
    await owner.step();
    const [entry] = await lane.journal();
    expect(entry!.ids).to.deep.equal(ids.slice(0, 2));
    await lane.settle(0, entry!.candidates[0]!.hash, entry!.ids);
    await owner.step();
    expect((await lane.journal()).map((each) => each.ids)).to.deep.equal([ids.slice(2)]);
  });

  it("the chain uses the nonce that it is about to use: it journals nothing there", async () => {
    const lane = await stage();
    await lane.accept("a");
    const owner = await lane.owner();
    lane.beforeTransaction(() => lane.settle(0, "0xstranger"));
    await owner.step();
    expect(await lane.journal()).to.deep.equal([]);
    expect((await lane.lane()).closing).to.not.equal(undefined);
  });

  it("it journals a nonce that the indexer is about to settle as a stranger's: the indexer looks again", async () => {
    const lane = await stage();
    const ids = await lane.accept("a");
    const owner = await lane.owner();
    lane.beforeTransaction(() => owner.step());
    const settled = await lane.settle(0, "0xstranger").then(
      () => true,
      () => false,
    );
    if (!settled) await lane.settle(0, "0xstranger");
    expect(await lane.journal()).to.deep.equal([]);
    const operations = await readOperations(lane.core, lane.organisation, ids);
    expect(operations.get(ids[0]!)!.returned).to.equal(true);
  });

  it("the lane begins to close: it takes no more work", async () => {
    const lane = await stage({ nextNonce: 2 });
    await lane.accept("a");
    const owner = await lane.owner();
    lane.beforeTransaction(() => lane.settle(0, "0xstranger"));
    await owner.step();
    expect(await lane.journal()).to.deep.equal([]);
  });

  it("the lane gets another signer: an indexer that slept decides nothing of the new one's nonces", async () => {
    const lane = await stage({ nextNonce: 6, decidedNonce: 5 });
    lane.beforeTransaction(async () => {
      const Key = { pk: "lane", sk: lane.organisation };
      const changed = { ":signer": "0xnew", ":zero": 0 };
      const UpdateExpression = "SET signer = :signer, decidedNonce = :zero, nextNonce = :zero";
      await lane.core.update({ Key, UpdateExpression, ExpressionAttributeValues: changed });
    });
    await lane.settle(5, "0xold").catch(() => undefined);
    expect((await lane.lane()).decidedNonce).to.equal(0);
  });

  it("an empty batch of an earlier closing is mined: this closing has not begun by it", async () => {
    const lane = await stage({ closing: { since: 1 } });
    const owner = await lane.owner();
    await owner.step();
    const [earlier] = await lane.journal();
    await lane.core.update({
      Key: { pk: "lane", sk: lane.organisation },
      UpdateExpression: "SET closing = :closing",
      ExpressionAttributeValues: { ":closing": { since: 2 } },
    });
    await lane.settle(0, earlier!.candidates[0]!.hash);
    expect((await lane.lane()).closing).to.deep.equal({ since: 2 });
  });

  it("a node that lags counts fewer nonces than are used: the lane closes all the same", async () => {
    const lane = await stage({ closing: { since: 1 } });
    const owner = await lane.owner();
    lane.chain.used = 3; // Of seven that are used and indexed.
    for (let turn = 0; turn < 10; turn++) await owner.step();
    lane.chain.used = 7;
    for (let turn = 0; turn < 60 && (await lane.lane()).closing; turn++) {
      await owner.step();
      await lane.mineNext(7);
    }
    expect((await lane.lane()).closing).to.equal(undefined);
    expect(await lane.journal()).to.deep.equal([]);
  });

  it("a block is long in coming: what the node does not know any more is broadcast again", async () => {
    const lane = await stage();
    await lane.accept("a");
    const owner = await lane.owner();
    for (let turn = 0; turn < 3; turn++) await owner.step();
    const before = lane.chain.heard.length;
    for (let turn = 0; turn < 100 && lane.chain.heard.length === before; turn++) {
      await owner.step();
      await pause(100);
    }
    expect(lane.chain.heard.length).to.equal(before + 1);
    expect(new Set(lane.chain.heard.map(({ hash }) => hash)).size).to.equal(1);
  });

  it("its journal is lost and its row is not: it closes before it takes work", async () => {
    const lane = await stage();
    await lane.accept("a");
    const owner = await lane.owner();
    await owner.step();
    const [entry] = await lane.journal();
    await lane.core.writeMany([], [{ pk: `journal#${lane.organisation}`, sk: `entry#${"0".repeat(12)}` }]);
    for (let turn = 0; turn < 5; turn++) await owner.step();
    expect((await lane.lane()).closing).to.not.equal(undefined);
    expect(lane.chain.heard.map(({ hash }) => hash)).to.deep.equal([entry!.candidates[0]!.hash]);
  });

  for (const [what, isHidden] of [
    ["an entry", ({ sk }: Key) => sk.startsWith("entry#")],
    ["an entry's bytes", ({ sk }: Key) => sk.startsWith("bytes#")],
  ] as const) {
    it(`a transaction is seen in part, and not ${what}: the lane neither closes nor takes anything again`, async () => {
      const lane = await stage();
      const ids = await lane.accept("a");
      const first = await lane.owner();
      await first.step();
      await lane.accept("b");
      await first.release();
      const owner = await lane.owner();
      const shown = lane.hide(isHidden);
      for (let turn = 0; turn < 3; turn++) await owner.step();
      shown();
      expect((await lane.lane()).closing).to.equal(undefined);
      for (let turn = 0; turn < 5; turn++) await owner.step();
      const claimed = (await lane.journal()).flatMap((entry) => entry.ids);
      expect(claimed.filter((id) => id === ids[0])).to.have.length(1);
    });
  }

  it("its journal is lost in part: what the rest waits for is used up", async () => {
    const lane = await stage({ limit: 1 });
    await lane.accept("a", "b", "c");
    const owner = await lane.owner();
    while ((await lane.journal()).length < 3) await owner.step();
    await lane.core.writeMany([], [{ pk: `journal#${lane.organisation}`, sk: `entry#${"0".repeat(12)}` }]);
    for (let turn = 0; turn < 3; turn++) await owner.step();
    expect((await lane.lane()).closing).to.not.equal(undefined);
    for (let turn = 0; turn < 100 && (await lane.lane()).closing; turn++) {
      await owner.step();
      await lane.mineNext();
      await pause(20);
    }
    const { closing, nextNonce, decidedNonce } = await lane.lane();
    expect([closing, nextNonce]).to.deep.equal([undefined, decidedNonce]);
  });

  it("a batch does not land: each smaller one gets as many blocks as the first", async () => {
    const lane = await stage();
    await lane.accept("a", "b", "c", "d");
    const owner = await lane.owner();
    lane.chain.shows = "pending";
    const counts: number[] = [];
    for (let block = 0; block < 70; block++) {
      lane.chain.newest++;
      for (let turn = 0; turn < 3; turn++) await owner.step();
      counts.push((await lane.journal())[0]?.candidates.length ?? 0);
    }
    const grew = counts.flatMap((count, block) => (block > 0 && count > counts[block - 1]! ? [block] : []));
    expect(grew.length).to.equal(3);
    const patience = lane.settings.patienceBlocks;
    for (const [index, block] of grew.entries()) expect(block - (grew[index - 1] ?? 0)).to.be.at.least(patience);
  });

  it("a batch gets a smaller candidate while a block settles it: the indexer looks again, and no bytes stay behind", async () => {
    const lane = await stage();
    const ids = await lane.accept("a", "b");
    const owner = await lane.owner();
    await owner.step();
    const [entry] = await lane.journal();
    const smaller = { hash: "0xsmaller", count: 1 };
    lane.beforeClosing(() =>
      lane.core.transact(journalCandidate(lane.core, lane.organisation, entry!, smaller, Buffer.from("bytes"))),
    );
    const settle = () => lane.settle(0, entry!.candidates[0]!.hash, ids);
    expect(await settle().catch(({ name }: Error) => name)).to.equal("TransactionCanceledException");
    await settle();
    const left: string[] = [];
    for await (const { sk } of lane.core.partition(`journal#${lane.organisation}`)) left.push(sk);
    expect(left).to.deep.equal([]);
    expect((await lane.lane()).decidedNonce).to.equal(1);
  });

  it("a batch that does not land is older than the closing: it gets smaller candidates all the same", async () => {
    const lane = await stage();
    const ids = await lane.accept("a", "b");
    const owner = await lane.owner();
    await owner.step();
    await lane.core.update({
      Key: { pk: "lane", sk: lane.organisation },
      UpdateExpression: "SET closing = :closing",
      ExpressionAttributeValues: { ":closing": { since: 1 } },
    });
    lane.chain.shows = "pending";
    for (let turn = 0; turn < 30; turn++) {
      lane.chain.newest++;
      await lane.indexTo(lane.chain.newest);
      await owner.step();
    }
    const [entry] = await lane.journal();
    expect(entry!.ids).to.deep.equal(ids);
    expect(entry!.candidates.map(({ count }) => count)).to.deep.equal([2, 1]);
  });

  it("the book is forgotten and the cursor is not: the chain is learned from its beginning", async () => {
    const lane = await stage();
    await lane.core.delete({ pk: "book", sk: "book" });
    const { tables, incarnation, begunAt, ...facts } = lane.book;
    const next = await keepBook(lane.kapok, facts);
    expect(next.incarnation).to.not.equal(incarnation);
    expect(next.tables).to.deep.equal(tables);
    expect(await readCursor(lane.core)).to.equal(undefined);
  });

  it("an operation is forgotten: noting that it waits again does not make another one of it", async () => {
    const lane = await stage();
    const [id] = await lane.accept("a");
    await lane.core.delete({ pk: `operation#${lane.organisation}#${id}`, sk: "operation" });
    await markReturned(lane.core, lane.organisation, [id!]);
    expect((await readOperations(lane.core, lane.organisation, [id!])).size).to.equal(0);
  });
});
