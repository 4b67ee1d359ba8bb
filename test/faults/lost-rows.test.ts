import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Dynoxide } from "../core/dynoxide.ts";
import { Front } from "../../lambdas/core/accepting/front.ts";
import { Indexer } from "../../lambdas/core/indexing/indexer.ts";
import { Problem } from "../../lambdas/core/problem.ts";
import { readBook, readCursor } from "../../lambdas/core/store/book.ts";
import { LaneStage } from "./lane-stage.ts";

describe("A store that loses its rows one by one", () => {
  let engine: Dynoxide;
  let stage: LaneStage;
  before(async () => {
    engine = await Dynoxide.start();
    stage = await LaneStage.set(await engine.kapok(randomUUID()));
  });
  after(() => engine.stop());

  it("is not filled from the chain before the last of them is gone", async function () {
    this.timeout(30_000);
    const { core, kapok, chain, book } = stage;
    const { tables, incarnation, begunAt, ...facts } = book;
    await core.writeMany(Array.from({ length: 8 }, (_, number) => ({ pk: "lost", sk: `${number}` })));
    await core.delete({ pk: "book", sk: "book" });

    const stop = new AbortController();
    const running = new Indexer(kapok, chain, async () => facts).run(stop.signal);
    for (let number = 0; number < 8; number++) {
      await sleep(500);
      await core.delete({ pk: "lost", sk: `${number}` });
      expect((await readCursor(core))?.blockNumber, "while rows go").to.equal(undefined);
    }
    while (!(await readCursor(core))?.learned) await sleep(50);
    stop.abort();
    await running;
    const now = await readBook(core);
    expect([now!.tables, now!.incarnation === incarnation]).to.deep.equal([tables, false]);
  });

  it("does not say that there is no such operation before it has learned which there are", async () => {
    const { core, kapok } = stage;
    const facade = new Front(kapok, () => {}).facade("points");
    expect(await facade.operation("hotel-a", randomUUID())).to.equal(undefined);
    await core.delete({ pk: "book", sk: "cursor" });
    const refusals = await Promise.all(
      [facade.operation("hotel-a", randomUUID()), new Front(kapok, () => {}).facade("points").row("member#1", "x")].map(
        (reading) =>
          reading.then(
            () => "answered",
            (error: Problem) => error.problem,
          ),
      ),
    );
    expect(refusals).to.deep.equal(["learning-from-chain", "learning-from-chain"]);
  });
});
