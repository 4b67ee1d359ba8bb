import { Stack } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { foreignKey } from "../../lambdas/core/settings.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Deployment } from "./deployment.ts";

/** Lets a role do more, also one of another stack: its policy then belongs to the stack that grants. */
export function allow(role: IRole, ...statements: PolicyStatement[]): void {
  for (const statement of statements) role.addToPrincipalPolicy(statement);
}

/** Starts functions of this account, by name: a reference to the function itself would close a circle. */
export function starts(scope: Construct, ...names: string[]): PolicyStatement {
  const { partition, region, account } = Stack.of(scope);
  const resources = names.map((name) => `arn:${partition}:lambda:${region}:${account}:function:${name}`);
  return new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources });
}

/** Reads where the chain's nodes are. */
export function readsChainSecret({ cloud }: Deployment): PolicyStatement {
  return new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [cloud.chainSecret] });
}

/** Uses keys in other accounts, of which there may be none: their own policies allow it too. */
export function usesForeignKeys({ ownOrganisations }: Deployment, ...actions: string[]): PolicyStatement[] {
  const resources = ownOrganisations.flatMap((organisation) => foreignKey(organisation) ?? []);
  return resources.length > 0 ? [new PolicyStatement({ actions, resources })] : [];
}

/** What Lambda needs to put a function into a network; none of it can be granted for one interface only. */
export function standsInNetwork(role: IRole, { cloud }: Deployment): void {
  if (!cloud.network) return;
  const actions = [
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "DeleteNetworkInterface",
    "AssignPrivateIpAddresses",
    "UnassignPrivateIpAddresses",
  ];
  allow(role, new PolicyStatement({ actions: actions.map((action) => `ec2:${action}`), resources: ["*"] }));
  acknowledge(role, "IAM5[Resource::*]", "Lambda makes the interfaces itself; they have no names before.");
}
