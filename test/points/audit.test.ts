import { expect } from "chai";
import { audit as auditBook } from "../../lambdas/core/auditing/audit.ts";
import { Report } from "../../lambdas/core/auditing/report.ts";
import { laws } from "../../lambdas/points/audit-laws.ts";
import { points } from "../../lambdas/points/scenario.ts";
import { AuditBook } from "./audit-book.ts";
import { playDice, playStory } from "./audit-story.ts";

describe("audit: a book that keeps its laws", function () {
  this.timeout(60_000);
  let book: AuditBook;

  beforeEach(async () => {
    book = await AuditBook.start();
  });
  afterEach(() => book.stop());

  const audited = async () => {
    const report = new Report();
    await auditBook({ chain: book.anvil.chain, scenarios: [points], book: book.file }, report);
    return report;
  };

  it("agrees with a story that has everything in it, and checked every law", async () => {
    await playStory(book);
    const report = await audited();
    for (const law of Object.values(laws)) expect(report.laws.get(law), law).to.be.greaterThan(0);
    const scenario = "points";
    expect(report.activities).to.deep.equal([
      { organisation: "hotel", scenario, batches: 7, applied: 11, rejected: 4 },
      { organisation: "park", scenario, batches: 4, applied: 8, rejected: 7 },
      { organisation: "office", scenario, batches: 3, applied: 4, rejected: 1 },
      { organisation: "both", scenario, batches: 2, applied: 5, rejected: 1 },
    ]);
  });

  for (const seed of [20261122, 7]) {
    it(`agrees with whatever dice say (seed ${seed})`, async () => {
      await playDice(book, seed);
      const { activities } = await audited();
      expect(activities.reduce((sum, { applied }) => sum + applied, 0)).to.be.greaterThan(100);
      expect(activities.reduce((sum, { rejected }) => sum + rejected, 0)).to.be.greaterThan(50);
    });
  }
});
