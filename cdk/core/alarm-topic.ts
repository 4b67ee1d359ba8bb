import { Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";

/** Who hears alarms. It lies in the state, so that who subscribed stays subscribed. */
export function alarmTopic(scope: Construct, deployment: Deployment): Topic {
  const topic = new Topic(scope, "Alarms", { topicName: `${deployment.name}-alarms`, enforceSSL: true });
  // A topic with a policy of its own lets nobody in whom that does not name, alarms of its own account included.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AlarmsTell",
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
  );
  const { alarmEmail } = deployment.cloud;
  if (alarmEmail) topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}
