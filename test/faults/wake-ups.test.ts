import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import { workOff } from "../../lambdas/core/submitting/work-off.ts";

/** Owners of a lane that come and go, as functions do. */
describe("A lane that is worked off", () => {
  let engine: Dynoxide;
  let lane: LaneStage;
  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  beforeEach(async () => (lane = await LaneStage.set(await engine.kapok(randomUUID()))));

  const waits = async () => {
    let waiting = 0;
    for (let shard = 0; shard < 4; shard++) {
      for await (const item of lane.core.partition(`queue#${lane.organisation}#${shard}`)) waiting += item["size"];
    }
    return waiting;
  };

  /** Mines and indexes whatever is journaled, until it is told to stop. */
  async function mining(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await lane.mineNext();
      await sleep(20);
    }
  }

  it("is done when nothing waits, and takes what comes while it is about to give the lane back", async () => {
    const over = new AbortController();
    const mined = mining(over.signal);
    await lane.accept("a");
    lane.beforeRelease(async () => {
      await lane.accept("b");
      expect(await workOff(lane.parts(), over.signal), "who comes while the lane is taken").to.equal("taken");
    });
    expect(await workOff(lane.parts(), over.signal)).to.equal("done");
    over.abort();
    await mined;
    expect(await waits()).to.equal(0);
    expect((await lane.lane()).owner).to.equal(undefined);
  });

  it("is left to others when the time is up, or when it fails", async () => {
    await lane.accept("a");
    const over = new AbortController();
    const unfinished = workOff(lane.parts(), over.signal);
    await sleep(300);
    over.abort();
    expect(await unfinished).to.equal("unfinished");
    expect((await lane.lane()).owner).to.equal(undefined);

    lane.chain.head = async () => Promise.reject(new Error("no node answers"));
    const failed = await workOff(lane.parts(), new AbortController().signal).catch((error: Error) => error.message);
    expect(failed).to.equal("no node answers");
    expect((await lane.lane()).owner).to.equal(undefined);
  });
});
