import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import type { Deployment } from "./deployment.ts";
import { functionRole } from "./function-role.ts";
import { starts } from "./grants.ts";
import { kapokFunction } from "./kapok-function.ts";
import { TableAccess } from "./table-access.ts";

/** What wakes who works. */
interface WakingParts {
  deployment: Deployment;
  /** ARN of the stream of core's table. */
  stream: string;
  deadLetters: Queue;
}

/** What the stream lets through: something new waits, or something waits again. */
const wakes = [
  FilterCriteria.filter({
    eventName: FilterRule.isEqual("INSERT"),
    dynamodb: { Keys: { pk: { S: FilterRule.beginsWith("queue#") } } },
  }),
  FilterCriteria.filter({
    eventName: FilterRule.isEqual("MODIFY"),
    dynamodb: {
      Keys: { pk: { S: FilterRule.beginsWith("operation#") } },
      NewImage: { returned: { BOOL: [true] }, decision: { S: FilterRule.notExists() } },
    },
  }),
];

/**
 * The table's stream starts a submitter a lane at once; the sweeper, every minute, starts whoever has something to do that
 * nobody was woken for. Neither works itself, so that neither can be held up.
 */
export class Waking {
  readonly waker: Function;
  readonly sweeper: Function;

  constructor(scope: Construct, { deployment, stream, deadLetters }: WakingParts) {
    this.waker = this.makeWaker(scope, deployment, stream, deadLetters);
    this.sweeper = this.makeSweeper(scope, deployment, deadLetters);
  }

  private makeWaker(scope: Construct, deployment: Deployment, stream: string, deadLetters: Queue): Function {
    const submitter = deployment.functionName("submitter");
    const role = functionRole(scope, deployment, "waker");
    role.addToPolicy(
      new PolicyStatement({
        actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        resources: [stream],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ["dynamodb:ListStreams"], resources: ["*"] }));
    acknowledge(role, "IAM5[Resource::*]", "Lambda asks for ListStreams, which cannot be allowed for one table only.");
    role.addToPolicy(starts(scope, submitter));
    deadLetters.grantSendMessages(role);
    const waker = kapokFunction(scope, deployment, {
      part: "waker",
      description: "Starts one submitter for each lane of which something waits",
      role,
      seconds: 10,
      megabytes: 256,
      environment: { SUBMITTER: submitter },
    });
    const mapping = new EventSourceMapping(scope, "Stream", {
      target: waker,
      eventSourceArn: stream,
      startingPosition: StartingPosition.LATEST,
      filters: wakes,
      // Nothing is waited for: whoever redeems points stands at a till. What comes meanwhile comes together next time.
      batchSize: 1000,
      maxBatchingWindow: Duration.seconds(0),
      parallelizationFactor: 2,
      // A record that cannot be passed on is tried for a minute; by then the sweeper has seen to its lane.
      retryAttempts: 10,
      maxRecordAge: Duration.minutes(1),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      onFailure: new SqsDlq(deadLetters),
    });
    mapping.node.addDependency(role);
    return waker;
  }

  private makeSweeper(scope: Construct, deployment: Deployment, deadLetters: Queue): Function {
    const [submitter, indexer] = [deployment.functionName("submitter"), deployment.functionName("indexer")];
    const role = functionRole(scope, deployment, "sweeper");
    role.addToPolicy(new TableAccess(scope).reads(deployment.tables["core"]!));
    role.addToPolicy(starts(scope, submitter, indexer));
    const sweeper = kapokFunction(scope, deployment, {
      part: "sweeper",
      description: "Every minute: starts whoever has something to do",
      role,
      seconds: 30,
      megabytes: 512,
      environment: { SUBMITTER: submitter, INDEXER: indexer },
    });
    sweeper.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      onFailure: new SqsDestination(deadLetters),
    });
    new Rule(scope, "EveryMinute", {
      description: `Kapok ${deployment.name}: sweeps up what was left`,
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next one comes in a minute: an old call is worth nothing.
      targets: [
        new LambdaFunction(sweeper, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          deadLetterQueue: deadLetters,
        }),
      ],
    });
    return sweeper;
  }
}
