import { EventField, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { Key } from "aws-cdk-lib/aws-kms";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";

/** What an administrator of the account can still do to a key that signs. */
const tampering = [
  "PutKeyPolicy",
  "CreateGrant",
  "DisableKey",
  "EnableKey",
  "ScheduleKeyDeletion",
  "CancelKeyDeletion",
  "UpdateAlias",
  "DeleteAlias",
];

/**
 * Tells a person when somebody changes what may happen with a key that signs. CloudTrail must record the account's
 * management events in this region, or nobody hears of it. A rule a key: a pattern has room for 2048 characters, and may
 * not list nothing, as where all keys are in other accounts.
 */
export function guardKeys(scope: Construct, deployment: Deployment, keys: Key[], topic: ITopic): void {
  const message = RuleTargetInput.fromText(
    `Kapok ${deployment.name}: ${EventField.fromPath("$.detail.eventName")} was called for a key that signs, at ` +
      `${EventField.time}. What to do: docs/operations.md#key-touched`,
  );
  for (const { node, keyArn } of keys) {
    new Rule(scope, `Touched-${node.id}`, {
      description: `Kapok ${deployment.name}: a key that signs was touched`,
      eventPattern: {
        source: ["aws.kms"],
        detailType: ["AWS API Call via CloudTrail"],
        detail: { eventName: tampering, resources: { ARN: [keyArn] } },
      },
      targets: [new SnsTopic(topic, { message })],
    });
  }
}
