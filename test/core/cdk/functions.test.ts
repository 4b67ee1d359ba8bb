import { expect } from "chai";
import { Made, madeOfSample } from "./made.ts";

/** An emulator runs a function on whatever processor it has, for as long as it likes. */
describe("Functions", () => {
  const made = madeOfSample();
  const functions = made.all("Lambda::Function");

  it("run for so long, with so much memory", () => {
    const sizes = functions.map(({ path, properties }) => [path, properties["Timeout"], properties["MemorySize"]]);
    expect(sizes).to.deep.equal([
      // As long as a function may: a chain that halts for minutes is waited for.
      ["core/Function-deployer", 900, 1024],
      // Closing a lane waits as long.
      ["core/Function-submitter", 120, 512],
      ["core/Function-indexer", 300, 512],
      ["core/Function-waker", 10, 256],
      // The next one comes in a minute.
      ["core/Function-sweeper", 30, 512],
      // The gateway gives up after thirty.
      ["core/Function-api", 29, 512],
      ["points/Function-points-api", 29, 512],
    ]);
  });

  it("are all Node 24 on arm64, with their code inside", () => {
    for (const { properties } of functions) {
      expect(properties).to.include({ Runtime: "nodejs24.x", Handler: "index.handler" });
      expect(properties["Architectures"]).to.deep.equal(["arm64"]);
      // A layer or an image would be other code than what was tested.
      expect(properties).to.not.have.any.keys("Layers", "PackageType", "ImageConfig");
    }
  });

  it("have no executions to themselves: a new account has ten in all, and nothing rests on it", () => {
    for (const { properties } of functions) expect(properties).to.not.have.property("ReservedConcurrentExecutions");
    expect(made.all("Lambda::Alias")).to.deep.equal([]);
    expect(made.all("Lambda::Version")).to.deep.equal([]);
  });

  it("may start their own successors for ever", () => {
    for (const { properties } of functions) expect(properties["RecursiveLoop"]).to.equal("Allow");
  });

  it("write a log each, kept for three months", () => {
    for (const { properties } of functions) {
      const { LogGroup, LogFormat } = properties["LoggingConfig"];
      expect(LogFormat).to.equal("Text");
      expect(made.at(LogGroup).properties).to.include({
        LogGroupName: `/kapok/kapok/${properties["FunctionName"].replace("kapok-", "")}`,
        RetentionInDays: 90,
      });
    }
    expect(made.all("Logs::LogGroup").filter(({ properties }) => properties["RetentionInDays"] !== 90)).to.deep.equal(
      [],
    );
  });

  it("have a role each, which only Lambda takes on", () => {
    const roles = functions.map(({ properties }) => properties["Role"].replace(/\.Arn$/, ""));
    expect(new Set(roles).size).to.equal(functions.length);
    expect(made.all("IAM::Role").map(({ path }) => path)).to.have.members(roles);
    for (const { properties } of made.all("IAM::Role")) {
      expect(properties["AssumeRolePolicyDocument"].Statement).to.deep.equal([
        { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
      ]);
      expect(properties).to.not.have.property("ManagedPolicyArns");
    }
  });

  it("read these variables", () => {
    const names = functions.map(({ path, properties }) => [path, Object.keys(properties["Environment"].Variables)]);
    const api = ["API_URL", "TOKEN_URL", "TOKEN_ISSUER", "LONGEST_WAIT_SECONDS", "VERSION"];
    expect(Object.fromEntries(names)).to.deep.equal({
      "core/Function-deployer": ["DEPLOYMENT", "TABLES", "CHAIN_SECRET", "SWEEPER"],
      "core/Function-submitter": ["DEPLOYMENT", "TABLES", "CHAIN_SECRET", "INDEXER", "SUBMITTING"],
      "core/Function-indexer": ["DEPLOYMENT", "TABLES", "CHAIN_SECRET", "INDEXER"],
      "core/Function-waker": ["DEPLOYMENT", "TABLES", "SUBMITTER"],
      "core/Function-sweeper": ["DEPLOYMENT", "TABLES", "SUBMITTER", "INDEXER"],
      "core/Function-api": ["DEPLOYMENT", "TABLES", ...api],
      "points/Function-points-api": ["DEPLOYMENT", "TABLES", ...api],
    });
  });

  it("tell a submitter how long it may run", () => {
    const { SUBMITTING } = made.at("core/Function-submitter").properties["Environment"].Variables;
    expect(JSON.parse(SUBMITTING)).to.deep.equal({ timeoutMilliseconds: 120_000 });
  });

  for (const [executions, seconds] of [
    [0, "0"],
    [99, "0"],
    [100, "20"],
    [1000, "20"],
  ] as const) {
    it(`hold a request for at most ${seconds} s where ${executions || "nobody knows how many"} may run at once`, () => {
      const functions = new Made(undefined, { executions }).all("Lambda::Function");
      const waits = functions.map(({ properties }) => properties["Environment"].Variables.LONGEST_WAIT_SECONDS);
      expect(waits.filter((wait) => wait !== undefined)).to.deep.equal([seconds, seconds]);
    });
  }
});
