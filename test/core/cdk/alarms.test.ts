import { expect } from "chai";
import { metrics } from "../../../lambdas/core/metrics.ts";
import { Made, madeOfSample } from "./made.ts";
import { resourceStatements } from "./statements.ts";

describe("Alarms", () => {
  const made = madeOfSample();
  const alarms = made.all("CloudWatch::Alarm").map(({ properties }) => properties);

  it("say when: metric, over a minute, at least or below what, for how many minutes in a row, and whether silence is wrong", () => {
    const said = alarms.map((alarm) => {
      const { AlarmName, MetricName, Statistic, ComparisonOperator, Threshold, EvaluationPeriods } = alarm;
      const compared = { GreaterThanOrEqualToThreshold: "≥", LessThanThreshold: "<" }[ComparisonOperator as string];
      const when = `${Statistic} ${MetricName} ${compared} ${Threshold} for ${EvaluationPeriods}`;
      return [AlarmName.replace("kapok-", ""), `${when}, silence: ${alarm["TreatMissingData"]}`];
    });
    const throttled = "Sum Throttles ≥ 1 for 5, silence: notBreaching";
    expect(Object.fromEntries(said)).to.deep.equal({
      // Validators that cannot agree: nobody waits longer before a person is told.
      "chain-halted": "Minimum HeadAge ≥ 600 for 1, silence: notBreaching",
      // It comes every minute; at the second one that is missing something is wrong.
      "sweeper-silent": "Sum Sweeps < 1 for 2, silence: breaching",
      // It says so every few seconds; the sweeper starts it every minute.
      "indexer-silent": "SampleCount HeadAge < 1 for 5, silence: breaching",
      "indexer-behind": "Minimum IndexerLag ≥ 120 for 5, silence: notBreaching",
      "lane-stopped": "Maximum LanesStopped ≥ 1 for 1, silence: notBreaching",
      "operations-wait": "Maximum OldestWaiting ≥ 300 for 2, silence: notBreaching",
      "signer-fails": "Sum SignerErrors ≥ 1 for 5, silence: notBreaching",
      "transactions-stuck": "Sum NonceCandidates ≥ 3 for 1, silence: notBreaching",
      "look-at-the-log": "Sum Alarms ≥ 1 for 1, silence: notBreaching",
      "dead-letters": "Maximum ApproximateNumberOfMessagesVisible ≥ 1 for 1, silence: notBreaching",
      // Milliseconds.
      "waker-behind": "Maximum IteratorAge ≥ 60000 for 5, silence: notBreaching",
      "api-fails": "Sum 5xx ≥ 1 for 5, silence: notBreaching",
      "deployer-throttled": throttled,
      "submitter-throttled": throttled,
      "indexer-throttled": throttled,
      "waker-throttled": throttled,
      "sweeper-throttled": throttled,
      "api-throttled": throttled,
      "points-api-throttled": throttled,
    });
    for (const { AlarmName, Period } of alarms) {
      expect(Period, AlarmName).to.equal(AlarmName === "kapok-transactions-stuck" ? 900 : 60);
    }
  });

  it("look at what is measured", () => {
    const places = alarms.map(({ AlarmName, Namespace, MetricName, Dimensions }) => {
      if (Namespace === "Kapok") expect(Object.keys(metrics)).to.include(MetricName);
      const [{ Name, Value }] = Dimensions;
      expect(Dimensions).to.have.length(1);
      return [AlarmName.replace("kapok-", ""), `${Namespace} ${Name} ${Value}`];
    });
    const own = ["chain-halted", "sweeper-silent", "indexer-silent", "indexer-behind", "lane-stopped"];
    own.push("operations-wait", "signer-fails", "transactions-stuck", "look-at-the-log");
    const functions = ["deployer", "submitter", "indexer", "waker", "sweeper", "api", "points-api"];
    expect(Object.fromEntries(places)).to.deep.equal({
      ...Object.fromEntries(own.map((name) => [name, "Kapok Deployment kapok"])),
      ...Object.fromEntries(
        functions.map((part) => [
          `${part}-throttled`,
          `AWS/Lambda FunctionName ${part === "points-api" ? "points" : "core"}/Function-${part}`,
        ]),
      ),
      "dead-letters": "AWS/SQS QueueName core/DeadLetters.QueueName",
      "waker-behind": "AWS/Lambda FunctionName core/Function-waker",
      "api-fails": "AWS/ApiGateway ApiId core/Api",
    });
  });

  it("tell a person, also when it is over, and where the runbook says what to do", () => {
    for (const alarm of alarms) {
      expect(alarm["AlarmActions"], alarm["AlarmName"]).to.deep.equal(["state/Alarms"]);
      expect(alarm["OKActions"], alarm["AlarmName"]).to.deep.equal(["state/Alarms"]);
      expect(alarm).to.not.have.property("ActionsEnabled");
      const name = alarm["AlarmName"].replace("kapok-", "");
      const heading = name.endsWith("-throttled") ? "functions-throttled" : name;
      expect(alarm["AlarmDescription"]).to.match(new RegExp(`\\. What to do: docs/operations\\.md#${heading}$`));
    }
  });

  it("may speak to their topic, as may rules: a topic with a policy lets in whom that names, and nobody else", () => {
    const said = resourceStatements(made).filter(({ where }) => where === "state/Alarms/Policy");
    expect(said.map(({ where: _, resource: __, ...rest }) => rest)).to.deep.equal([
      {
        effect: "Deny",
        principal: "*",
        action: "sns:Publish",
        condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        effect: "Allow",
        principal: { Service: "cloudwatch.amazonaws.com" },
        action: "sns:Publish",
        condition: { ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:ap-east-1:123456789012:alarm:kapok-*" } },
      },
      { effect: "Allow", principal: { Service: "events.amazonaws.com" }, action: "sns:Publish" },
    ]);
  });

  it("go to whom the settings name, and to nobody where they name none", () => {
    const listening = ({ properties }: { properties: Record<string, unknown> }) =>
      [properties["Protocol"], properties["Endpoint"], properties["TopicArn"]].join(" ");
    expect(made.all("SNS::Subscription").map(listening)).to.deep.equal(["email operator@example.com state/Alarms"]);
    const silent = new Made(({ cloud }) => delete cloud.alarmEmail);
    expect(silent.all("SNS::Subscription")).to.deep.equal([]);
  });

  it("of core are all on the dashboard", () => {
    const body = made.at("core/Dashboard").properties["DashboardBody"] as string;
    const onIt = made.all("CloudWatch::Alarm").filter(({ path }) => path.startsWith("core/"));
    for (const { path } of onIt) expect(body).to.include(`"${path}.Arn"`);
    const titles = JSON.parse(body).widgets.map(
      ({ properties }: { properties: { title?: string } }) => properties.title,
    );
    expect(titles).to.deep.equal([
      undefined,
      "Alarms",
      "Operations a minute",
      "Time to final, ms",
      "Waiting",
      "Oldest waiting, s",
      "Age of the newest block, s",
      "Blocks not indexed yet",
      "Trouble",
      "Sweeps",
    ]);
  });
});
