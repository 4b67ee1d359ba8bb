import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";

/** Who hears alarms. It lies in the state, so that who subscribed stays subscribed. */
export function alarmTopic(scope: Construct, deployment: Deployment): Topic {
  const topic = new Topic(scope, "Alarms", { topicName: `${deployment.name}-alarms`, enforceSSL: true });
  const { alarmEmail } = deployment.cloud;
  if (alarmEmail) topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}
