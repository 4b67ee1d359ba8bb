import { expect } from "chai";
import { madeOfSample } from "./made.ts";
import { resourceStatements } from "./statements.ts";

/** An emulator calls, retries and gives up in its own way: what AWS is told stands here. */
describe("Waking", () => {
  const made = madeOfSample();
  const deadLetters = "core/DeadLetters.Arn";

  it("reads the stream of core's table so", () => {
    const { Tags: _, FilterCriteria: __, ...mapping } = made.at("core/Stream").properties;
    expect(mapping).to.deep.equal({
      EventSourceArn: "state/Table-core.StreamArn",
      FunctionName: "core/Function-waker",
      StartingPosition: "LATEST",
      // Many records of one lane need one submitter, and nobody waits for a batch to fill.
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 0,
      ParallelizationFactor: 2,
      // By the end of a minute the sweeper has been there; a record that cannot be passed on holds up no other.
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 60,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: { OnFailure: { Destination: deadLetters } },
    });
  });

  it("hears what begins to wait and what waits again, and nothing else: each wake is a call", () => {
    const filters = made.at("core/Stream").properties["FilterCriteria"].Filters as { Pattern: string }[];
    expect(filters.map(({ Pattern }) => JSON.parse(Pattern))).to.deep.equal([
      { eventName: ["INSERT"], dynamodb: { Keys: { pk: { S: [{ prefix: "queue#" }] } } } },
      {
        eventName: ["MODIFY"],
        dynamodb: {
          Keys: { pk: { S: [{ prefix: "operation#" }] } },
          NewImage: { returned: { BOOL: [true] }, decision: { S: [{ exists: false }] } },
        },
      },
    ]);
  });

  it("sweeps every minute; a sweep that could not begin is left to the next one", () => {
    const { Tags: _, Description: __, ...rule } = made.at("core/EveryMinute").properties;
    expect(rule).to.deep.equal({
      ScheduleExpression: "rate(1 minute)",
      State: "ENABLED",
      Targets: [
        {
          Id: "Target0",
          Arn: "core/Function-sweeper.Arn",
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
          DeadLetterConfig: { Arn: deadLetters },
        },
      ],
    });
    const calls = made.all("Lambda::Permission").filter(({ properties }) => /events/.test(properties["Principal"]));
    expect(calls.map(({ properties }) => [properties["FunctionName"], properties["SourceArn"]])).to.deep.equal([
      ["core/Function-sweeper.Arn", "core/EveryMinute.Arn"],
    ]);
  });

  it("says of everything that is called and not waited for how often, for how long, and what then", () => {
    const called = made.all("Lambda::EventInvokeConfig").map(({ properties }) => {
      const { FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = properties;
      return [FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig?.OnFailure.Destination];
    });
    expect(called).to.deep.equal([
      // CloudFormation does not see it crash, and waits for a quarter of an hour. Its event holds the settings, and the
      // address that takes the answer: neither belongs into a queue.
      ["core/Function-deployer", 2, 900, undefined],
      // The sweeper starts them within a minute: once more helps against a hiccup, and an old call is worth nothing.
      ["core/Function-submitter", 1, 300, deadLetters],
      ["core/Function-indexer", 1, 300, deadLetters],
      // The next sweep does all of it.
      ["core/Function-sweeper", 0, 60, deadLetters],
    ]);
  });

  it("keeps what failed for good for two weeks, encrypted, and takes nothing over plain HTTP", () => {
    const { Tags: _, ...queue } = made.at("core/DeadLetters").properties;
    // No redrive: nothing is ever sent again from here.
    expect(queue).to.deep.equal({ MessageRetentionPeriod: 14 * 24 * 3600, SqsManagedSseEnabled: true });
    const denied = resourceStatements(made).filter(
      ({ where, effect }) => where.startsWith("core/DeadLetters") && effect === "Deny",
    );
    expect(denied.map(({ where: __, ...said }) => said)).to.deep.equal([
      {
        effect: "Deny",
        principal: { AWS: "*" },
        action: "sqs:*",
        resource: deadLetters,
        condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
    expect(made.all("SQS::Queue")).to.have.length(1);
  });
});
