import { Stack } from "aws-cdk-lib";
import type { CfnVPCEndpointProps } from "aws-cdk-lib/aws-ec2";
import { CfnVPCEndpoint } from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";

/**
 * The ways out that functions in a network need: to the keys, to the secret of the chain's nodes, to each other, to the
 * user pool, whose clients the deployer looks up, to the tables, and to S3, where CloudFormation takes its answer.
 */
export function networkEndpoints(scope: Construct, { cloud: { network } }: Deployment): CfnVPCEndpoint[] {
  if (!network?.routeTables) return [];
  const { region } = Stack.of(scope);
  const { routeTables } = network;
  const endpoint = (service: string, props: Partial<CfnVPCEndpointProps>) =>
    new CfnVPCEndpoint(scope, `Endpoint-${service}`, {
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcId: network.vpc,
      ...props,
    });
  const interfaces = ["kms", "secretsmanager", "lambda", "cognito-idp"].map((service) =>
    endpoint(service, {
      vpcEndpointType: "Interface",
      subnetIds: network.subnets.toSorted(),
      securityGroupIds: network.securityGroups.toSorted(),
      privateDnsEnabled: true,
    }),
  );
  const gateways = ["dynamodb", "s3"].map((service) =>
    endpoint(service, { vpcEndpointType: "Gateway", routeTableIds: routeTables.toSorted() }),
  );
  return [...interfaces, ...gateways];
}
