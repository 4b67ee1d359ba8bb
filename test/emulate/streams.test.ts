import { expect } from "chai";
import { until } from "../start/until.ts";
import { Toy } from "./toy.ts";

describe("Streams in the emulator", function () {
  this.timeout(180_000);
  let toy: Toy;
  before(async () => (toy = await Toy.shared()));

  const seen = async (pk: string, sk: string) =>
    (await toy.rows(`seen#${pk}`)).filter((row) => row.startsWith(`${sk}#`));

  it("let through what the filters name, also by what is absent", async () => {
    const returned = { returned: { BOOL: true } };
    await toy.put("other#1", "a");
    await toy.put("operation#1", "a");
    await toy.put("operation#2", "a");
    await toy.put("operation#2", "a", { ...returned, decision: { M: { final: { BOOL: true } } } });
    await toy.put("operation#1", "a", returned);
    await toy.put("queue#1", "a");
    await toy.put("queue#1", "a", { again: { BOOL: true } });
    await until("the insertion", async () => (await seen("queue#1", "a")).length > 0);
    await until("the change", async () => (await seen("operation#1", "a")).length > 0);
    expect(await seen("queue#1", "a")).to.have.length(1);
    expect((await seen("operation#1", "a"))[0]).to.match(/^a#MODIFY#/);
    expect(await toy.rows("seen#operation#2")).to.deep.equal([]);
    expect(await toy.rows("seen#other#1")).to.deep.equal([]);
  });

  it("gather what waits, and keep the order of an item", async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => toy.put("queue#many", `row${index}`)));
    await until("all", async () => (await toy.rows("seen#queue#many")).length === 40);
    const sizes = (await toy.rows("seen#queue#many")).map((row) => Number(row.split("#")[2]));
    expect(Math.max(...sizes)).to.be.greaterThan(1);
  });

  it("deliver again from the first failure on, then give a record up to the dead letters", async () => {
    for (const sk of ["before", "poison", "behind"]) await toy.put("queue#poison", sk);
    const letters: Record<string, any>[] = [];
    await until("the dead letter", async () => {
      letters.push(...(await toy.deadLetters()));
      return letters.some((letter) => letter["DDBStreamBatchInfo"]);
    });
    const letter = letters.find((each) => each["DDBStreamBatchInfo"])!;
    expect(letter).to.have.nested.property("requestContext.condition", "RetryAttemptsExhausted");
    expect(letter["DDBStreamBatchInfo"].batchSize).to.equal(1);
    expect(JSON.stringify(letter)).not.to.include("queue#poison");
    await until("what came behind", async () => (await seen("queue#poison", "behind")).length > 0);
    expect((await seen("queue#poison", "poison")).length).to.be.within(3, 5);
  });

  it("isolate a record at which the function throws", async () => {
    await Promise.all(["one", "throws", "two"].map((sk) => toy.put("queue#throws", sk)));
    await until("its neighbours", async () => {
      return (await seen("queue#throws", "one")).length > 0 && (await seen("queue#throws", "two")).length > 0;
    });
    expect(await seen("queue#throws", "throws")).to.deep.equal([]);
  });
});
