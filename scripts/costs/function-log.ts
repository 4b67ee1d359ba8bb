import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { logGroupName } from "../../cdk/core/function-role.ts";

/** What functions did, by part, as their logs say. */
export interface Running {
  /** Calls of each function. */
  calls: Record<string, number>;
  /** For how long each ran in all, milliseconds. */
  milliseconds: Record<string, number>;
  /** Bytes that they wrote into their logs. */
  logged: number;
}

/** Reads the logs of a deployment's functions since a moment. An invocation that is not over is not counted. */
export async function readRunning(deployment: string, parts: string[], since: number): Promise<Running> {
  const client = new CloudWatchLogsClient();
  const running: Running = { calls: {}, milliseconds: {}, logged: 0 };
  for (const part of parts) {
    let nextToken: string | undefined;
    do {
      const group = { logGroupName: logGroupName({ name: deployment }, part), startTime: since };
      const page = await client.send(new FilterLogEventsCommand({ ...group, nextToken }));
      for (const { message = "" } of page.events ?? []) {
        // What CloudWatch bills beside the text of each event.
        running.logged += Buffer.byteLength(message) + 26;
        const duration = /^REPORT .*?\tDuration: ([\d.]+) ms/.exec(message)?.[1];
        if (duration === undefined) continue;
        running.calls[part] = (running.calls[part] ?? 0) + 1;
        running.milliseconds[part] = (running.milliseconds[part] ?? 0) + Number(duration);
      }
      nextToken = page.nextToken;
    } while (nextToken);
  }
  return running;
}
