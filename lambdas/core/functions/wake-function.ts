import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import * as z from "zod";
import { logger, saying } from "../log.ts";
import { starter } from "./start-function.ts";
import { readVariables } from "./variables.ts";

const variables = z.object({ DEPLOYMENT: z.string(), SUBMITTER: z.string() });

/**
 * What the table's stream starts: one submitter a lane of which something waits, or waits again. It knows neither chain
 * nor keys, and waits for nobody, so that a slow lane never holds up the records of another.
 */
export function wakeFunction() {
  const { DEPLOYMENT, SUBMITTER } = readVariables(variables);
  const log = logger("waker", DEPLOYMENT);
  const functions = starter();

  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const lanes = new Map<string, string>();
    for (const { dynamodb } of Records) {
      const organisation = organisationOf(dynamodb?.Keys?.["pk"]?.S ?? "");
      const number = dynamodb?.SequenceNumber;
      if (organisation && number && !lanes.has(organisation)) lanes.set(organisation, number);
    }
    const failed = await Promise.all(
      [...lanes].map(async ([organisation, itemIdentifier]) => {
        try {
          await functions.start(SUBMITTER, { organisation });
          return [];
        } catch (error) {
          log.warn("lane-not-woken", { organisation, error: saying(error) });
          return [{ itemIdentifier }];
        }
      }),
    );
    return { batchItemFailures: failed.flat() };
  };
}

/** `queue#<organisation>#<shard>` or `operation#<organisation>#<id>`. */
function organisationOf(pk: string): string | undefined {
  const [what, organisation] = pk.split("#");
  return what === "queue" || what === "operation" ? organisation : undefined;
}
