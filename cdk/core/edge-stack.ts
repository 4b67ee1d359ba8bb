import type { StackProps } from "aws-cdk-lib";
import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { CloudSettings } from "../../lambdas/core/cloud-settings.ts";
import type { Deployment } from "./deployment.ts";
import { firewall } from "./firewall.ts";

/** The output that has the firewall's ARN. */
export const FIREWALL_OUTPUT = "FirewallArn";

export const edgeStackName = ({ name }: Deployment) => `${name}-edge`;

/** What the edge needs in us-east-1 before it can be made: the firewall. */
export class EdgeStack extends Stack {
  constructor(scope: Construct, deployment: Deployment, edge: NonNullable<CloudSettings["edge"]>, props: StackProps) {
    super(scope, "edge", { ...props, stackName: edgeStackName(deployment) });
    const { attrArn } = firewall(this, deployment, edge);
    new CfnOutput(this, FIREWALL_OUTPUT, { value: attrArn, description: "The firewall in front of the API" });
  }
}
