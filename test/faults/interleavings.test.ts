import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import type { Lane } from "../../lambdas/core/store/lanes.ts";

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
});
