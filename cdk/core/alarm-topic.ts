import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";

/**
 * Who hears alarms. It lies in the state, so that who subscribed stays subscribed. A topic with a policy of its own lets in
 * whom that names and nobody else, not even the alarms of the same account.
 */
export function alarmTopic(scope: Construct, deployment: Deployment): Topic {
  const topic = new Topic(scope, "Alarms", { topicName: `${deployment.name}-alarms`, enforceSSL: true });
  topic.applyRemovalPolicy(RemovalPolicy.RETAIN);
  const { partition, region, account } = Stack.of(scope);
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AlarmsSpeak",
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        ArnLike: { "aws:SourceArn": `arn:${partition}:cloudwatch:${region}:${account}:alarm:${deployment.name}-*` },
      },
    }),
  );
  const { alarmEmail } = deployment.cloud;
  if (alarmEmail) topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}
