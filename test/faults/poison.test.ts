import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";

/** One operation that no block can hold, among others that keep coming. */
describe("An operation that cannot be executed", () => {
  let engine: Dynoxide;
  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  const stage = async () => LaneStage.set(await engine.kapok(randomUUID()));

  it("is found and rejected however many others are in flight beside it", async function () {
    this.timeout(60_000);
    const lane = await stage();
    const [poison] = await lane.accept("poison");
    await lane.accept(...Array.from({ length: 8 }, (_, index) => `first ${index}`));
    const owner = await lane.owner();
    lane.chain.shows = "pending";
    let voided = false;
    for (let block = 0; block < 40 && !voided; block++) {
      await lane.accept(`${block} a`, `${block} b`);
      for (let turn = 0; turn < 12; turn++) await owner.step();
      const entries = await lane.journal();
      lane.chain.newest++;
      lane.chain.used += entries.length;
      for (const { nonce, ids, candidates } of entries) {
        const [candidate] = candidates;
        const reverts = ids.includes(poison!) && !candidate!.void;
        voided ||= ids.includes(poison!) && !reverts;
        await lane.settle(nonce, candidate!.hash, reverts ? [] : ids, reverts ? 0 : 1);
      }
      await lane.indexTo(lane.chain.newest);
    }
    expect(voided).to.equal(true);
    expect((await lane.lane()).voiding).to.equal(undefined);
  });

  it("is tried once more alone before it is rejected: its signer may have been what was refused", async () => {
    const lane = await stage();
    const ids = await lane.accept("a");
    const owner = await lane.owner();
    const isVoid: (boolean | undefined)[] = [];
    for (let nonce = 0; nonce < 3; nonce++) {
      while ((await lane.journal()).length === 0) await owner.step();
      const [entry] = await lane.journal();
      isVoid.push(entry!.candidates[0]!.void);
      expect(entry!.ids).to.deep.equal(ids);
      lane.chain.used = nonce + 1;
      await lane.indexTo(++lane.chain.newest);
      const reverts = nonce < 2;
      await lane.settle(nonce, entry!.candidates[0]!.hash, reverts ? [] : ids, reverts ? 0 : 1);
    }
    expect(isVoid).to.deep.equal([undefined, undefined, true]);
  });

  it("is rejected where nodes refuse it for its gas, and is not where they refuse for anything else", async function () {
    this.timeout(60_000);
    for (const [gas, counts, alarms] of [
      [Infinity, [2, 1, 1], ["nonce-does-not-land"]],
      [30_000, [2, 1], ["nonce-does-not-land"]],
    ] as const) {
      const lane = await stage();
      await lane.accept("a", "b");
      const told: string[] = [];
      let measured = 0;
      lane.kapok.log.alarm = (event) => void told.push(event);
      lane.kapok.log.warn = (_event, _fields, of) => (measured += Number(of?.values.NonceCandidates ?? 0));
      lane.chain.refuses = true;
      lane.chain.estimateGas = async () => gas;
      const owner = await lane.owner();
      for (let block = 0; block < 90; block++) {
        lane.chain.newest++;
        await owner.step();
      }
      const [entry] = await lane.journal();
      expect(entry!.candidates.map(({ count }) => count)).to.deep.equal(counts);
      expect(told).to.deep.equal(alarms);
      expect(measured, "candidates that were measured").to.equal(counts.length - 1);
    }
  });
});
