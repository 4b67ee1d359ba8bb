import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Function } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { MetricName } from "../../lambdas/core/metrics.ts";
import { NAMESPACE } from "../../lambdas/core/metrics.ts";
import type { Deployment } from "./deployment.ts";

/** Something that a person must act on. Its name is a heading of the runbook in docs/operations.md. */
interface Watch {
  name: string;
  /** What has happened, in one sentence. */
  says: string;
  metric: Metric;
  atLeast?: number;
  below?: number;
  /** So many periods in a row; a period is a minute where the metric says nothing else. */
  periods: number;
  /** Whether something is wrong where nothing was measured. */
  silenceIsWrong?: boolean;
  /** Its heading in the runbook, where that is not the name. */
  heading?: string;
}

/** What alarms look at, beside Kapok's own metrics. */
export interface Watched {
  deadLetters: Queue;
  waker: Function;
  functions: Function[];
  apiId: string;
}

/** One of Kapok's own metrics, over the whole deployment, a minute each. */
export function kapokMetric(deployment: Deployment, metricName: MetricName, statistic: string): Metric {
  const dimensionsMap = { Deployment: deployment.name };
  return new Metric({ namespace: NAMESPACE, metricName, statistic, dimensionsMap, period: Duration.minutes(1) });
}

/** Makes the alarms of a deployment, which all go to one topic. */
export function alarms(scope: Construct, deployment: Deployment, watched: Watched, topic: ITopic): Alarm[] {
  return make(scope, deployment, [...own(deployment), ...ofTheCloud(watched)], topic);
}

/** Tells where a function could not run, for one that stands in a stack of its own. */
export function throttleAlarm(scope: Construct, deployment: Deployment, watched: Function, topic: ITopic): void {
  make(scope, deployment, [throttled(watched)], topic);
}

function make(scope: Construct, deployment: Deployment, watches: Watch[], topic: ITopic): Alarm[] {
  return watches.map(({ name, says, metric, atLeast, below, periods, silenceIsWrong, heading = name }) => {
    const alarm = new Alarm(scope, `Alarm-${name}`, {
      alarmName: `${deployment.name}-${name}`,
      alarmDescription: `${says} What to do: docs/operations.md#${heading}`,
      metric,
      threshold: atLeast ?? below!,
      comparisonOperator:
        atLeast === undefined
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: silenceIsWrong ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    return alarm;
  });
}

function own(deployment: Deployment): Watch[] {
  const metric = (name: MetricName, statistic: string) => kapokMetric(deployment, name, statistic);
  return [
    {
      name: "chain-halted",
      says: "The chain has made no block for ten minutes. Accepting goes on, nothing becomes final.",
      metric: metric("HeadAge", "Minimum"),
      atLeast: 600,
      periods: 1,
    },
    {
      name: "sweeper-silent",
      says: "Nobody swept for two minutes: what nobody was woken for waits.",
      metric: metric("Sweeps", "Sum"),
      below: 1,
      periods: 2,
      silenceIsWrong: true,
    },
    {
      name: "indexer-silent",
      says: "Nobody has followed the chain for five minutes: nothing becomes final.",
      metric: metric("HeadAge", "SampleCount"),
      below: 1,
      periods: 5,
      silenceIsWrong: true,
    },
    {
      name: "indexer-behind",
      says: "The store has been 120 blocks or more behind the chain for five minutes.",
      metric: metric("IndexerLag", "Minimum"),
      atLeast: 120,
      periods: 5,
    },
    {
      name: "lane-stopped",
      says: "A lane signs nothing until a person looks.",
      metric: metric("LanesStopped", "Maximum"),
      atLeast: 1,
      periods: 1,
    },
    {
      name: "operations-wait",
      says: "An operation has waited for five minutes.",
      metric: metric("OldestWaiting", "Maximum"),
      atLeast: 300,
      periods: 2,
    },
    {
      name: "signer-fails",
      says: "Transactions could not be signed for five minutes.",
      metric: metric("SignerErrors", "Sum"),
      atLeast: 1,
      periods: 5,
    },
    {
      name: "transactions-stuck",
      says: "Three transactions were not included and got smaller ones beside them, within a quarter of an hour.",
      metric: metric("NonceCandidates", "Sum").with({ period: Duration.minutes(15) }),
      atLeast: 3,
      periods: 1,
    },
    {
      name: "look-at-the-log",
      says: "A line of the log has the level alarm.",
      metric: metric("Alarms", "Sum"),
      atLeast: 1,
      periods: 1,
    },
  ];
}

function ofTheCloud({ deadLetters, waker, functions, apiId }: Watched): Watch[] {
  const period = Duration.minutes(1);
  return [
    {
      name: "dead-letters",
      says: "A call failed for good and lies in the dead-letter queue.",
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum" }),
      atLeast: 1,
      periods: 1,
    },
    {
      name: "waker-behind",
      says: "The stream has been read a minute late for five minutes: operations wait for the sweeper.",
      metric: waker.metric("IteratorAge", { period, statistic: "Maximum" }),
      atLeast: 60_000,
      periods: 5,
    },
    {
      name: "api-fails",
      says: "The API has answered with 5xx for five minutes.",
      metric: new Metric({
        namespace: "AWS/ApiGateway",
        metricName: "5xx",
        dimensionsMap: { ApiId: apiId },
        statistic: "Sum",
        period,
      }),
      atLeast: 1,
      periods: 5,
    },
    ...functions.map(throttled),
  ];
}

function throttled(each: Function): Watch {
  const part = each.node.id.replace("Function-", "");
  return {
    name: `${part}-throttled`,
    heading: "functions-throttled",
    says: `The function ${part} could not run for five minutes: the account allows too few executions.`,
    metric: each.metricThrottles({ period: Duration.minutes(1), statistic: "Sum" }),
    atLeast: 1,
    periods: 5,
  };
}
