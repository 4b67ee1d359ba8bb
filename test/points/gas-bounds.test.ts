import { expect } from "chai";
import { readFileSync } from "node:fs";
import { BATCH_GAS } from "../../lambdas/core/submitting/batch.ts";
import { operations } from "../../lambdas/points/operations.ts";

/** Batches are sized by these bounds, so each must hold what was measured: a batch that is too small reverts. */
describe("Bounds on the gas of points operations", () => {
  const snapshot = JSON.parse(readFileSync(new URL("../../contracts/points/gas.json", import.meta.url), "utf8"));
  const most: Record<string, number> = snapshot["at most, for sizing a batch"];
  /** Nodes of a proof in the largest batch that fits into a transaction, beyond the nine that were measured. */
  const furtherNodes = 3;

  for (const [kind, measured] of Object.entries({
    enrol: most["enrol"]!,
    earn: most["earn"]!,
    redeem: most["redeem"]!,
    reverse: most["reverse"]! + furtherNodes * most["reverse, for each node of its proof beyond nine"]!,
    freeze: most["freeze"]!,
    unfreeze: most["freeze"]!,
  })) {
    it(`hold for ${kind}`, () => {
      const { gas } = operations[kind as keyof typeof operations];
      expect(gas).to.be.at.least(measured);
      expect(gas).to.be.below(measured * 1.25);
    });
  }

  it("hold for a batch beside its operations", () => {
    expect(BATCH_GAS).to.be.at.least(most["batch beside its operations"]!);
  });
});
