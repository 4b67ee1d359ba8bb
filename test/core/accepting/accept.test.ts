import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { Dynoxide } from "../dynoxide.ts";
import { LaneStage } from "../../faults/lane-stage.ts";
import { Front } from "../../../lambdas/core/accepting/front.ts";
import type { Facade, Intent } from "../../../lambdas/core/facade.ts";

const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";

describe("Accepting several operations at once", () => {
  let engine: Dynoxide;
  let stage: LaneStage;
  let facade: Facade;
  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  beforeEach(async () => {
    stage = await LaneStage.set(await engine.kapok(randomUUID()));
    facade = new Front(stage.kapok, () => {}).facade("points");
  });

  const batch = (...entries: [key: string, points: number][]): Intent[] =>
    entries.map(([key, points], index) => {
      const place = { index, path: `operations.${index}.key` };
      const request = { member, points };
      return { organisation: stage.organisation, key, place, scenario: "points", kind: "earn", request };
    });

  const reused = (accepted: Promise<unknown>) =>
    accepted.then(
      () => [],
      ({ problem, extensions }) => {
        expect(problem).to.equal("key-reused");
        return extensions.errors.map(({ index, path }: { index: number; path: string }) => {
          expect(path).to.equal(`operations.${index}.key`);
          return index;
        });
      },
    );

  const stored = async () => {
    let count = 0;
    for await (const { pk } of stage.core.everything()) if (pk.startsWith("operation#")) count++;
    return count;
  };

  it("names each entry whose key is used up, once and in order", async () => {
    await facade.accept(batch(["k", 5]));
    expect(await reused(facade.accept(batch(["k", 6])))).to.deep.equal([0]);
    expect(await reused(facade.accept(batch(["k", 7], ["k", 6])))).to.deep.equal([0, 1]);
    expect(await reused(facade.accept(batch(["a", 7], ["k", 7], ["k", 6], ["a", 8])))).to.deep.equal([1, 2, 3]);
    expect(await stored()).to.equal(1);
  });

  it("stores none where one of its keys is used with another body at that very moment", async () => {
    stage.beforeTransaction(() => new Front(stage.kapok, () => {}).facade("points").accept(batch(["k", 5])));
    expect(await reused(facade.accept(batch(["a", 1], ["k", 6], ["b", 1])))).to.deep.equal([1]);
    expect(await stored()).to.equal(1);
  });

  it("stores the others where one of its keys is used with the same body at that very moment", async () => {
    stage.beforeTransaction(() => new Front(stage.kapok, () => {}).facade("points").accept(batch(["k", 5])));
    const accepted = await facade.accept(batch(["a", 1], ["k", 5], ["b", 1]));
    expect(accepted).to.have.length(3);
    expect(await stored()).to.equal(3);
  });
});
