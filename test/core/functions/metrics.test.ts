import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { MetricName } from "../../../lambdas/core/metrics.ts";
import { metrics, NAMESPACE } from "../../../lambdas/core/metrics.ts";
import { changeLane, readLane } from "../../../lambdas/core/store/lanes.ts";
import { readSweep } from "../../../lambdas/core/store/sweeps.ts";
import type { Line } from "./deployed-kapok.ts";
import { DeployedKapok } from "./deployed-kapok.ts";

/** A value as CloudWatch finds it in a line. */
interface Sample {
  value: number | number[];
  unit: string;
  /** Names of the dimensions of each set, joined. */
  sets: string[];
  line: Line;
}

/** Reads lines as CloudWatch does: by what `_aws` says, and not by what we know. */
function samples(lines: Line[], name: MetricName): Sample[] {
  return lines.flatMap((line) =>
    (line["_aws"]?.CloudWatchMetrics ?? []).flatMap((directive: any) => {
      expect(directive.Namespace).to.equal(NAMESPACE);
      for (const set of directive.Dimensions) for (const each of set) expect(line[each], each).to.be.a("string");
      const metric = directive.Metrics.find((each: any) => each.Name === name);
      const sets = directive.Dimensions.map((set: string[]) => set.join(" "));
      return metric ? [{ value: line[name], unit: metric.Unit, sets, line }] : [];
    }),
  );
}

const sum = (found: Sample[]) => found.reduce((total, { value }) => total + Number(value), 0);

describe("The functions' metrics", function () {
  this.timeout(90_000);
  let deployed: DeployedKapok;
  let ids: string[];
  const earning = () => ({ member: randomUUID(), points: 1 });
  /** Where in the log a test begins to look. */
  let from = 0;
  const found = (name: MetricName) => samples(deployed.lines.slice(from), name);

  before(async () => {
    deployed = await DeployedKapok.deploy();
    await deployed.index(2);
  });
  after(() => deployed?.stop());

  it("count what is accepted, in one line a request, with its id and nothing else of it", async () => {
    const member = await deployed.post("/v1/points/members", {});
    expect(member.statusCode, JSON.stringify(member.body)).to.equal(201);
    const reference = `canary-${randomUUID()}`;
    const earned = await deployed.post("/v1/points/earnings", { member: member.body.id, points: 5, reference });
    const unknown = await deployed.post("/v1/points/earnings", earning());
    const operations = [1, 2, 3].map((points) => ({ kind: "earn", key: randomUUID(), member: member.body.id, points }));
    const batch = await deployed.post("/v1/points/batches", { operations });
    expect([earned, unknown, batch].map(({ statusCode }) => statusCode)).to.deep.equal([202, 202, 202]);
    ids = [member.body.id, earned.body.id, unknown.body.id, ...batch.body.operations.map(({ id }: any) => id)];

    expect(found("Accepted").map(({ value, unit, sets }) => [value, unit, sets])).to.deep.equal(
      [1, 1, 1, 3].map((count) => [count, "Count", ["Deployment", "Deployment Scenario"]]),
    );
    const said = deployed.said("accepted");
    expect(said.flatMap((line) => line["operations"])).to.deep.equal(ids);
    expect(said[0]).to.include({ Deployment: "test", Scenario: "points", organisation: "hotel-a", part: "api" });
    expect(JSON.stringify(deployed.lines)).to.not.include(reference);
  });

  it("say how much waits and for how long, a line a lane, from the sweeper alone", async () => {
    expect((await deployed.sweep()).started).to.deep.equal([]);
    // The lane's row is made by the first submitter that is woken for it.
    await Promise.all([deployed.submit(1), deployed.index(1)]);
    from = deployed.lines.length;
    await sleep(1000);
    expect((await deployed.sweep()).started).to.deep.equal(["hotel-a"]);
    const [depth, oldest] = [found("LaneDepth"), found("OldestWaiting")];
    expect(depth.map(({ value, unit, sets, line }) => [value, unit, sets, line["Organisation"]])).to.deep.equal([
      [6, "Count", ["Deployment", "Deployment Organisation"], "hotel-a"],
    ]);
    expect(oldest).to.have.length(1);
    expect(oldest[0]!.value).to.be.within(1, 60);
    expect(found("Sweeps").map(({ value, sets }) => [value, sets])).to.deep.equal([[1, ["Deployment"]]]);
    expect(found("LanesStopped").map(({ value }) => value)).to.deep.equal([0]);

    const { event } = deployed.cloud.started.findLast(({ name }) => name === "test-indexer")!;
    expect(event.sweptAt).to.be.closeTo(Date.now(), 10_000);
    await deployed.index(1, event);
    expect(await readSweep(deployed.kapok.core)).to.equal(event.sweptAt);
  });

  it("count no sweep that left a lane out", async () => {
    from = deployed.lines.length;
    deployed.cloud.refusesToStart = "test-submitter";
    const outcome = await deployed.sweep().catch((error: Error) => error.name);
    deployed.cloud.refusesToStart = "";
    expect([outcome, found("Sweeps").length]).to.deep.equal(["AccessDeniedException", 0]);
  });

  it("count signatures that fail, each try", async () => {
    deployed.cloud.keysAreDisabled = true;
    expect(await deployed.submit(3)).to.equal("unfinished");
    deployed.cloud.keysAreDisabled = false;
    const errors = found("SignerErrors");
    expect(errors.length).to.be.within(1, 4);
    for (const { value, unit, line } of errors)
      expect([value, unit, line["Organisation"]]).to.deep.equal([1, "Count", "hotel-a"]);
  });

  it("count what is decided once, with block, nonce and transaction, and how long that took", async () => {
    await deployed.workOff();
    expect([sum(found("Final")), sum(found("Rejected"))]).to.deep.equal([5, 1]);
    for (const { unit, sets } of [...found("Final"), ...found("Rejected")]) {
      expect([unit, sets]).to.deep.equal(["Count", ["Deployment", "Deployment Scenario"]]);
    }
    const times = found("TimeToFinal");
    expect(times.flatMap(({ value }) => value)).to.have.length(4, "a sample for each item of the queue");
    for (const time of times.flatMap(({ value }) => value)) expect(time).to.be.within(1000, 60_000);
    expect(times[0]!.unit).to.equal("Milliseconds");

    const sent = deployed.said("submitted").filter(({ operations }) => operations.length > 0);
    expect(sent.flatMap(({ operations }) => operations)).to.have.members(ids);
    for (const { nonce, hash, operations } of sent) {
      const decided = deployed.said("decided").find((line) => line["hash"] === hash)!;
      const receipt = await deployed.anvil.chain.receipt(hash);
      expect(decided).to.include({ nonce, block: receipt!.blockNumber });
      expect([...decided["final"], ...decided["rejected"]]).to.have.members(operations);
    }
  });

  it("say how old the chain's head is and how far the indexer is behind it, and only who has the lease does", async () => {
    const [head, lag] = [found("HeadAge"), found("IndexerLag")];
    expect(head.length).to.be.greaterThan(0);
    for (const { value, unit, sets, line } of head) {
      expect([unit, sets, line.part]).to.deep.equal(["Seconds", ["Deployment"], "indexer"]);
      expect(value).to.be.within(0, 90);
    }
    expect(lag.at(-1)!.value).to.be.within(0, 20);
    from = deployed.lines.length;
    const lease = { pk: "book", sk: "indexer" };
    await deployed.kapok.core.update({
      Key: lease,
      UpdateExpression: "SET #owner = :owner, leaseUntil = :until",
      ExpressionAttributeNames: { "#owner": "owner" },
      ExpressionAttributeValues: { ":owner": "another", ":until": Date.now() + 10_000 },
    });
    expect(await deployed.index(5)).to.equal("taken");
    await sleep(300);
    expect(deployed.lines.slice(from)).to.deep.equal([]);
  });

  it("count a stopped lane", async () => {
    const lane = await readLane(deployed.kapok.core, "hotel-a");
    await changeLane(deployed.kapok.core, lane!, { stopped: "a test stopped it" });
    await deployed.sweep();
    expect(found("LanesStopped").map(({ value }) => value)).to.deep.equal([1]);
  });

  it("are in the table, all of them", () => {
    const names = deployed.lines.flatMap((line) => Object.keys(line).filter((name) => /^[A-Z]/.test(name)));
    const known = [...Object.keys(metrics), "Deployment", "Organisation", "Scenario"];
    expect([...new Set(names)].filter((name) => !known.includes(name))).to.deep.equal([]);
    const [never, said] = [["NonceCandidates", "Alarms"], new Set(names)];
    expect(Object.keys(metrics).filter((name) => !said.has(name))).to.have.members(never);
  });
});
