import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";

export interface DeadLetters {
  queue: string;
  count: number;
}

/** How many messages lie in the dead-letter queues of a deployment. Counting takes no message away. */
export async function countDeadLetters(deployment: string): Promise<DeadLetters[]> {
  const client = new SQSClient({ maxAttempts: 3 });
  const { QueueUrls = [] } = await client.send(
    new ListQueuesCommand({ QueueNamePrefix: `${deployment}-core-DeadLetters` }),
  );
  return Promise.all(
    QueueUrls.map(async (QueueUrl) => {
      const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] });
      const { Attributes = {} } = await client.send(command);
      const count = names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
      return { queue: QueueUrl.split("/").at(-1)!, count };
    }),
  );
}
