import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import { Front } from "../../lambdas/core/accepting/front.ts";
import {
  isLearned,
  keepBook,
  moveCursor,
  readCursor,
  releaseIndexer,
  seizeIndexer,
} from "../../lambdas/core/store/book.ts";
import { operationKey } from "../../lambdas/core/store/operations.ts";
import { pause } from "../../lambdas/core/store/table.ts";

const place = { path: "Idempotency-Key" };

/** A copy of the tables need not be of one moment, and what it lacks may be on the chain already. */
describe("A store that was put back from a copy", () => {
  let engine: Dynoxide;
  let stage: LaneStage;
  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  beforeEach(async () => (stage = await LaneStage.set(await engine.kapok(randomUUID()))));

  /** A new life of the store, which has learned the chain where `learned`. */
  async function restored(learned: boolean): Promise<void> {
    const { tables, incarnation, begunAt, ...facts } = stage.book;
    const next = await keepBook(stage.kapok, facts, true);
    if (learned) {
      const lease = await seizeIndexer(stage.core, "test", 0);
      const to = { blockNumber: stage.chain.newest, hash: "0x00", time: 0, learned: next.incarnation };
      await moveCursor(stage.core, lease, await readCursor(stage.core), to);
      await releaseIndexer(stage.core, lease);
    }
    stage.book = next;
  }

  const queued = async () => {
    const keys: { pk: string; sk: string }[] = [];
    for (let shard = 0; shard < 4; shard++) {
      for await (const { pk, sk } of stage.core.partition(`queue#${stage.organisation}#${shard}`))
        keys.push({ pk, sk });
    }
    return keys;
  };

  it("closes past an entry whose bytes the copy lacks, and lets its operations wait again", async () => {
    const [id] = await stage.accept("a");
    const owner = await stage.owner();
    await owner.step();
    await stage.core.delete({ pk: `journal#${stage.organisation}`, sk: `bytes#${"0".repeat(12)}#0` });
    await restored(true);
    const holds = async () => (await stage.journal()).some(({ ids }) => ids.length > 0);
    for (let turn = 0; turn < 100 && ((await holds()) || (await stage.lane()).closing); turn++) {
      await owner.step();
      if (!(await holds())) await stage.mineNext();
      await pause(30);
    }
    expect((await stage.lane()).closing).to.equal(undefined);
    await owner.step();
    expect((await stage.journal()).map(({ ids }) => ids)).to.deep.equal([[id]]);
  });

  it("gives an operation its place in the queue again when its client asks again", async () => {
    await stage.accept("a");
    await stage.core.writeMany([], await queued());
    await pause(5);
    await restored(true);
    const facade = new Front(stage.kapok, () => {}).facade("points");
    const request = {};
    const intent = { organisation: stage.organisation, key: "a", place, scenario: "points", kind: "enrol", request };
    const { id } = (await facade.accept([{ ...intent, key: "new" }]))[0]!;
    expect(await queued(), "of a new one").to.have.length(1);
    await facade.accept([{ ...intent, key: "new" }]);
    expect(await queued(), "asked again in the same life").to.have.length(1);

    await stage.core.update({
      Key: operationKey(stage.organisation, id),
      UpdateExpression: "SET acceptedAt = :then",
      ExpressionAttributeValues: { ":then": "2026-11-01T00:00:00Z" },
    });
    await facade.accept([{ ...intent, key: "new" }]);
    expect(await queued(), "accepted before this life").to.have.length(2);
  });

  it("says of no open operation that it is open before it has learned what became of it", async () => {
    const [id] = await stage.accept("a");
    await restored(false);
    const facade = new Front(stage.kapok, () => {}).facade("points");
    const refusal = await facade.operation(stage.organisation, id!).catch((error) => error.problem);
    expect(refusal).to.equal("learning-from-chain");
    const intent = { organisation: stage.organisation, key: "a", place, scenario: "points", kind: "earn", request: {} };
    const again = await facade.accept([intent, { ...intent, key: "b" }]).catch((error) => error.problem);
    expect(again).to.equal("learning-from-chain");
  });

  it("begins a new life where one of its tables is another, and learns all of the chain", async () => {
    const { tables, incarnation, begunAt, ...facts } = stage.book;
    await stage.accept("a");
    const owner = await stage.owner();
    expect(await isLearned(stage.kapok)).to.equal(true);

    const other = { ...tables, [stage.kapok.projection("points").name]: "of a copy" };
    Object.assign(stage.kapok, { identities: async () => other, readIdentities: async () => other });
    expect(await isLearned(stage.kapok)).to.equal(false);
    expect(await owner.step()).to.equal("idle");
    expect(stage.chain.heard).to.deep.equal([]);

    expect((await keepBook(stage.kapok, facts)).incarnation).to.not.equal(incarnation);
    expect(await readCursor(stage.core)).to.equal(undefined);
  });
});
