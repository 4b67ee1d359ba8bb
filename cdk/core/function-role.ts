import { Stack } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import type { Deployment } from "./deployment.ts";

/** The log group of a function. */
export const logGroupName = ({ name }: Pick<Deployment, "name">, part: string) => `/kapok/${name}/${part}`;

/** A role that lets a function write its own log and nothing else; whatever more it does is granted one by one. */
export function functionRole(scope: Construct, deployment: Deployment, part: string): Role {
  const { partition, region, account } = Stack.of(scope);
  const group = `arn:${partition}:logs:${region}:${account}:log-group:${logGroupName(deployment, part)}`;
  const writes = new PolicyStatement({
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [`${group}:log-stream:*`],
  });
  const role = new Role(scope, `Role-${part}`, {
    roleName: deployment.roleName(part),
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    description: `What the function ${part} of ${deployment.name} may do`,
    inlinePolicies: { log: new PolicyDocument({ statements: [writes] }) },
  });
  acknowledge(
    role,
    `IAM5[Resource::arn:<AWS::Partition>:logs:${region}:${account}:log-group:${logGroupName(deployment, part)}:log-stream:*]`,
    "Lambda names the streams of the function's own log group itself.",
  );
  return role;
}
