/**
 * What cdk-nag's AWS Solutions find and what stands against it, for the sample settings. A new one is a change of this list,
 * so that a reviewer reads its reason.
 */
const streams = "Lambda names the streams of the function's own log group itself.";
const logs = (part: string) =>
  `IAM5[Resource::arn:<AWS::Partition>:logs:ap-east-1:123456789012:log-group:/kapok/kapok/${part}:log-stream:*]`;
const tokens =
  "The function verifies the token itself, so that a refusal is a problem document as every other answer is.";

/** Path of the construct, finding, reason. */
export const acknowledged: [string, string, string][] = [
  ["core/DeadLetters", "SQS3", "This is the dead-letter queue; nothing reads from it but a person."],
  ["core/Role-api", logs("api"), streams],
  ["core/Role-indexer", logs("indexer"), streams],
  ["core/Role-sweeper", logs("sweeper"), streams],
  ["core/Role-waker", "IAM5[Resource::*]", "Lambda asks for ListStreams, which cannot be allowed for one table only."],
  ["core/Role-waker", logs("waker"), streams],
  ["core/Route-rest", "APIG4", tokens],
  ["points/Role-points-api", logs("points-api"), streams],
  ["points/Route-points", "APIG4", tokens],
  ["state/Role-deployer", logs("deployer"), streams],
  ["state/Role-submitter", logs("submitter"), streams],
  ["state/Tokens/Pool", "COG2", "The pool has no users and lets nobody become one: it only gives tokens to machines."],
  [
    "state/Tokens/Pool",
    "COG8",
    "The pool has no users and lets nobody become one: it only gives tokens to machines. What the plus plan watches over " +
      "are sign-ins of users.",
  ],
];
