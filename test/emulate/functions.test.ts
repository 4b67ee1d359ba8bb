import { expect } from "chai";
import { until } from "../start/until.ts";
import { Toy } from "./toy.ts";

describe("Functions in the emulator", function () {
  this.timeout(180_000);
  let toy: Toy;
  before(async () => (toy = await Toy.shared()));

  it("see their own environment, their role's credentials, and nothing of the emulator's", async () => {
    const { value } = await toy.call("writer", { do: "environment" });
    const seen = value as Record<string, string>;
    expect(seen).to.include({ GREETING: "hello", TABLE: "toy", AWS_REGION: toy.emulator.region });
    expect(seen["AWS_ACCESS_KEY_ID"]).to.match(/^ASIA/);
    expect(seen["AWS_SESSION_TOKEN"]).to.match(/./);
    expect(seen["AWS_ENDPOINT_URL"]).to.equal(toy.proxy.url);
    const known = /^(AWS_|NODE_|_|PATH$|HOME$|LANG$|TZ$|TMPDIR$|PWD$|HTTPS_PROXY$|NO_PROXY$|LAMBDA_TASK_ROOT$)/;
    expect(Object.keys(seen).filter((name) => !known.test(name))).to.have.members(["GREETING", "TABLE"]);
    expect(JSON.stringify(seen)).not.to.include(toy.emulator.environment["AWS_SECRET_ACCESS_KEY"]!);
  });

  it("run on this Node, stay warm, and know how much time is left", async () => {
    const first = (await toy.call("writer", {})).value as Record<string, number>;
    const second = (await toy.call("writer", {})).value as Record<string, number>;
    expect(second["pid"]).to.equal(first["pid"]);
    expect(second["calls"]).to.equal(first["calls"]! + 1);
    expect(second["remaining"]).to.be.within(4_000, 5_000);
    expect((await toy.call("writer", { do: "version" })).value).to.equal(process.version);
  });

  it("stand still between calls", async () => {
    await toy.call("writer", { do: "leave" });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await toy.call("writer", { do: "leave" })).value).to.be.lessThan(10);
  });

  it("go on in the same process after an error, which the caller is told with its type", async () => {
    const { pid } = (await toy.call("failing", {})).value as { pid: number };
    const { error, type } = await toy.call("failing", { do: "throw", id: "here" });
    expect([error, type]).to.deep.equal(["on purpose", "TypeError"]);
    expect((await toy.call("failing", {})).value).to.include({ pid });
  });

  it("are killed when their time is up", async () => {
    const { error } = await toy.call("failing", { do: "slow", id: "late", milliseconds: 1_800 });
    expect(error).to.match(/timed out after 1.00 seconds/);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await toy.rows("slow")).filter((row) => row.startsWith("late"))).to.have.length(1);
  });

  it("are called asynchronously without being waited for, and again as often as is configured", async () => {
    const began = Date.now();
    await toy.callAsynchronously("failing", { do: "throw", id: "event" });
    expect(Date.now() - began).to.be.lessThan(1_000);
    let letters: Record<string, any>[] = [];
    await until("the dead letter", async () => {
      letters.push(...(await toy.deadLetters()));
      return letters.some(({ requestPayload }) => requestPayload?.id === "event");
    });
    expect((await toy.rows("throws")).filter((row) => row.startsWith("event"))).to.have.length(2);
    letters = letters.filter(({ requestPayload }) => requestPayload?.id === "event");
    expect(letters[0]).to.have.nested.property("requestContext.condition", "RetriesExhausted");
  });

  it("are stopped when they call themselves too often, unless their template allows it", async () => {
    for (const name of ["looping", "endless"]) await toy.callAsynchronously(name, { do: "loop", left: 20 });
    await until("the endless one", async () => (await toy.rows("loop")).includes("toy-endless#1"));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await toy.rows("loop")).filter((row) => row.startsWith("toy-looping"))).to.have.length(16);
  });

  it("are called by a schedule", async () => {
    await until("a minute", async () => (await toy.rows("tick")).length > 0, 75_000);
  });
});
