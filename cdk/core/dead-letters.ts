import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";

/**
 * Where a call goes that failed for good: a pointer to a lane or to a place in the stream, never what a client sent. The
 * sweeper has long done what the call was for, so nothing is ever sent again from here: an alarm says that something is
 * there, and a person looks why.
 */
export function deadLetters(scope: Construct): Queue {
  const queue = new Queue(scope, "DeadLetters", {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, "SQS3", "This is the dead-letter queue; nothing reads from it but a person.");
  return queue;
}
