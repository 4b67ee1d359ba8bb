import { Stack } from "aws-cdk-lib";
import { CfnVPCEndpoint } from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";

/**
 * The ways out that functions in a network need: to the keys, to the secret of the chain's nodes, to each other, to the
 * tables, and to S3, where CloudFormation takes the deployer's answer.
 */
export function networkEndpoints(scope: Construct, { cloud: { network } }: Deployment): void {
  if (!network?.routeTables) return;
  const { region } = Stack.of(scope);
  for (const service of ["kms", "secretsmanager", "lambda"]) {
    new CfnVPCEndpoint(scope, `Endpoint-${service}`, {
      vpcEndpointType: "Interface",
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcId: network.vpc,
      subnetIds: network.subnets,
      securityGroupIds: network.securityGroups,
      privateDnsEnabled: true,
    });
  }
  for (const service of ["dynamodb", "s3"]) {
    new CfnVPCEndpoint(scope, `Endpoint-${service}`, {
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcId: network.vpc,
      routeTableIds: network.routeTables,
    });
  }
}
