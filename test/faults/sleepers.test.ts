import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import {
  keepBook,
  moveCursor,
  readBook,
  readCursor,
  seizeIndexer,
  takeIndexer,
} from "../../lambdas/core/store/book.ts";
import { changeLane } from "../../lambdas/core/store/lanes.ts";
import { barLane, beginRotation, stopLane } from "../../lambdas/core/store/rotations.ts";

/** Whoever slept and wakes up changes nothing that others have done meanwhile. */
describe("Somebody who slept", () => {
  let engine: Dynoxide;
  let lane: LaneStage;
  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  beforeEach(async () => (lane = await LaneStage.set(await engine.kapok(randomUUID()))));

  it("as the indexer, moves no cursor once another has the lease, though the cursor stands where it was", async () => {
    const sleeper = (await takeIndexer(lane.core, "sleeper", 15_000))!;
    const before = await readCursor(lane.core);
    const next = { ...before!, blockNumber: before!.blockNumber + 1 };
    await seizeIndexer(lane.core, "rebuild", 15_000);
    expect(await moveCursor(lane.core, sleeper, before, next)).to.equal(false);
    expect(await readCursor(lane.core)).to.deep.equal(before);
  });

  it("as a lane's owner, signs not even an empty batch once its key is given up", async () => {
    const { core, organisation, account } = lane;
    const Key = { pk: "lane", sk: organisation };
    await core.update({
      Key,
      UpdateExpression: "SET closing = :closing",
      ExpressionAttributeValues: { ":closing": { since: 1 } },
    });
    const owner = await lane.owner();
    const rotation = { from: account.address, to: privateKeyToAccount(generatePrivateKey()).address, lost: true };
    await beginRotation(core, organisation, rotation);
    await barLane(core, organisation, rotation);
    lane.beforeTransaction(() => stopLane(core, organisation, rotation, "its key shall not sign any more"));
    await owner.step();
    expect(await owner.step()).to.equal("idle");
    expect(await lane.journal()).to.deep.equal([]);
    expect(lane.chain.heard).to.deep.equal([]);
  });

  it("with a clock that was set back since, holds the lane no longer than another's lease", async () => {
    await lane.owner("with a clock an hour ahead");
    await lane.core.update({
      Key: { pk: "lane", sk: lane.organisation },
      UpdateExpression: "SET leaseUntil = :until",
      ExpressionAttributeValues: { ":until": Date.now() + 3_600_000 },
    });
    await lane.owner("another");
  });

  it("while it wrote down the book, takes back no life that began since", async () => {
    const { tables, incarnation, begunAt, ...facts } = lane.book;
    lane.beforeTransaction(() => lane.beginAgain());
    await keepBook(lane.kapok, facts);
    expect((await readBook(lane.core))!.incarnation)
      .to.equal(lane.book.incarnation)
      .and.not.to.equal(incarnation);
  });

  it("as an owner that opens its lane, leaves no nonce behind that was decided meanwhile", async () => {
    const { core } = lane;
    await changeLane(core, await lane.lane(), { nextNonce: 30 });
    await core.update({
      Key: { pk: "lane", sk: lane.organisation },
      UpdateExpression: "SET decidedNonce = :decided",
      ExpressionAttributeValues: { ":decided": 31 },
    });
    await lane.accept("a");
    const owner = await lane.owner();
    await owner.step();
    expect((await lane.lane()).closing).to.not.equal(undefined);
  });
});
