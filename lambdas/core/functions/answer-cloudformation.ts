import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from "aws-lambda";
import { saying } from "../log.ts";
import { SettingsInvalid } from "../settings.ts";

/** An answer of more than 4 kB is refused. */
const LONGEST_REASON = 2000;

/**
 * Does what a custom resource is for, and tells CloudFormation how it went. The resource is always the same one, so that
 * nothing is ever deleted because something replaced it.
 * @param id names the resource for ever
 */
export async function answering(
  event: CloudFormationCustomResourceEvent,
  id: string,
  work: () => Promise<Record<string, string>>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const same = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: id };
  const answer: CloudFormationCustomResourceResponse = await work().then(
    (Data) => ({ Status: "SUCCESS", ...same, Data }),
    (error) => ({ Status: "FAILED", ...same, Reason: reasonOf(error) }),
  );
  const response = await fetch(ResponseURL, { method: "PUT", body: JSON.stringify(answer) });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}`);
}

function reasonOf(error: unknown): string {
  const reason = error instanceof SettingsInvalid ? error.message : saying(error);
  return reason.slice(0, LONGEST_REASON);
}
