import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import { mark } from "../../lambdas/core/indexing/mark.ts";
import type { Decision } from "../../lambdas/core/operation.ts";
import { operationKey, readOperations } from "../../lambdas/core/store/operations.ts";
import type { Item } from "../../lambdas/core/store/table.ts";

/** Decisions of operations that were put into the queue together lie in one item; each operation's own says where. */
describe("Operations that are marked together", () => {
  let engine: Dynoxide;
  let lane: LaneStage;
  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  beforeEach(async () => (lane = await LaneStage.set(await engine.kapok(randomUUID()))));

  const decisionAt = (blockNumber: number): Decision => {
    return { status: "final", transaction: { hash: `0x${blockNumber}`, blockNumber, logIndex: 0 }, decidedAt: "" };
  };
  const decide = (ids: string[], blockNumber: number) => {
    const { core, organisation } = lane;
    return mark(
      core,
      ids.map((id) => ({ organisation, id, scenario: "points", decision: decisionAt(blockNumber) })),
    );
  };
  /** The block that decided each of these, as readers see it. */
  const blocks = async (ids: string[]) => {
    const operations = await readOperations(lane.core, lane.organisation, ids);
    return ids.map((id) => operations.get(id)?.decision?.transaction.blockNumber);
  };
  const items = async (prefix: string) => {
    const found = [];
    for await (const item of lane.core.everything()) if (item.pk.startsWith(prefix)) found.push(item);
    return found;
  };

  it("are decided by one item, and read as if each were decided by its own", async () => {
    const ids = await lane.accept("a", "b", "c", "d", "e");
    await decide(ids, 5);
    expect(await items("outcomes#")).to.have.length(1);
    expect((await items("operation#")).filter(({ decision }) => decision)).to.deep.equal([]);
    expect(await blocks(ids)).to.deep.equal([5, 5, 5, 5, 5]);
    const [operation] = (await readOperations(lane.core, lane.organisation, ids)).values();
    expect(operation).to.deep.include({ kind: "earn", decision: decisionAt(5) });
    expect(operation).to.not.have.property("queued");
  });

  it("keep the first decision, whatever a block says again or a later one says anew", async () => {
    const ids = await lane.accept("a", "b", "c", "d", "e");
    await decide(ids, 5);
    await decide(ids, 5);
    await decide(ids, 9);
    await decide([ids[2]!], 10);
    expect(await blocks(ids)).to.deep.equal([5, 5, 5, 5, 5]);
    expect((await items("operation#")).filter(({ decision }) => decision)).to.deep.equal([]);
  });

  it("are all decided where blocks share them", async () => {
    const ids = await lane.accept("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    await decide(ids.slice(0, 1), 4);
    await decide(ids.slice(0, 6), 5);
    await decide(ids.slice(6), 6);
    expect(await blocks(ids)).to.deep.equal([4, 5, 5, 5, 5, 5, 6, 6, 6, 6]);
  });

  it("are decided each by its own where some of them go on waiting, so that losing another item opens none again", async () => {
    const ids = await lane.accept("a", "b", "c", "d", "e", "f");
    await decide(ids.slice(0, 5), 5);
    expect(await items("outcomes#")).to.deep.equal([]);
    expect(await blocks(ids)).to.deep.equal([5, 5, 5, 5, 5, undefined]);
  });

  it("wait on where a reader does not see their rows yet, and are done once it does", async () => {
    const [id] = await lane.accept("a");
    const Key = operationKey(lane.organisation, id!);
    const row = await lane.core.get(Key);
    await lane.core.delete(Key);
    const owner = await lane.owner();
    expect(await owner.step()).to.equal("idle");
    expect(await items("queue#")).to.have.length(1);
    await lane.core.put(row!);
    await owner.step();
    expect((await lane.journal())[0]!.ids).to.deep.equal([id]);
  });

  it("and lost, are not done from the queue that still has them, but when they are sent again", async () => {
    const ids = await lane.accept("a", "b");
    await lane.core.delete(operationKey(lane.organisation, ids[0]!));
    const owner = await lane.owner();
    await owner.step();
    const [entry] = await lane.journal();
    expect(entry!.ids).to.deep.equal(ids.slice(1));
    await lane.accept("a");
    while ((await lane.journal()).length < 2) await owner.step();
    expect((await lane.journal())[1]!.ids).to.deep.equal(ids.slice(0, 1));
  });

  it("and lost, leave the queue in the end", async () => {
    const [id] = await lane.accept("a");
    const Key = operationKey(lane.organisation, id!);
    const row = await lane.core.get(Key);
    await lane.core.delete(Key);
    const [{ pk, sk, ...waiting }] = (await items("queue#")) as [Item];
    await lane.core.delete({ pk, sk });
    await lane.core.put({ ...waiting, pk, sk: sk.replace(/^\d+/, (since) => "0".repeat(since.length)) });
    const owner = await lane.owner();
    lane.beforeTransaction(() => lane.core.put(row!));
    await owner.step();
    expect(await items("queue#"), "its row appeared after all").to.have.length(1);
    await lane.core.delete(Key);
    while ((await owner.step()) !== "idle");
    expect(await items("queue#")).to.deep.equal([]);
  });

  it("that were lost and accepted again under way are decided too, and taken by no lane", async () => {
    const ids = await lane.accept("a", "b", "c", "d", "e");
    await lane.core.delete(operationKey(lane.organisation, ids[0]!));
    await lane.core.delete(operationKey(lane.organisation, ids[1]!));
    await lane.accept("a");
    await decide(ids, 5);
    expect(await blocks(ids)).to.deep.equal([5, 5, 5, 5, 5]);
    const owner = await lane.owner();
    await owner.step();
    expect(await lane.journal()).to.deep.equal([]);
  });

  it("that this store never had, such as another Kapok's, are known all the same", async () => {
    const ids = await lane.accept("a", "b", "c", "d");
    const strange = Array.from({ length: 5 }, () => randomUUID());
    await decide([...strange, ...ids], 5);
    expect(await blocks([...ids, ...strange])).to.deep.equal([5, 5, 5, 5, 5, 5, 5, 5, 5]);
  });
});
