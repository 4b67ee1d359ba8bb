import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

/** Starts functions and does not wait for them. */
export interface Starter {
  /** @param name or ARN of the function */
  start(name: string, event?: Record<string, unknown>): Promise<void>;
}

/** Lambda keeps such a call until the function runs, and makes it again where that fails. */
export function starter(client = new LambdaClient({ maxAttempts: 5 })): Starter {
  return {
    async start(name, event = {}) {
      const Payload = JSON.stringify(event);
      await client.send(new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload }));
    },
  };
}
