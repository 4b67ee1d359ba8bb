import type { StackProps } from "aws-cdk-lib";
import { Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource, LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { coreStackName, DISTRIBUTION_OUTPUT } from "./core-stack.ts";
import type { Deployment } from "./deployment.ts";

/** What the access log says of a request: never a body, a header of the client's, a cookie or a query. */
const fields = [
  "date",
  "time",
  "x-edge-request-id",
  "x-edge-location",
  "c-ip",
  "cs-method",
  "cs-uri-stem",
  "cs-bytes",
  "sc-status",
  "sc-bytes",
  "x-edge-result-type",
  "x-edge-detailed-result-type",
  "time-taken",
  "time-to-first-byte",
  "cs-protocol-version",
  "ssl-protocol",
];

/**
 * CloudFront's access log. Its fields can be chosen only where it is delivered from us-east-1, and it needs the
 * distribution, so that it is a stack of its own after the core, as the firewall is one before it.
 */
export class EdgeLogStack extends Stack {
  constructor(scope: Construct, deployment: Deployment, region: string, props: StackProps) {
    super(scope, "edge-log", { ...props, stackName: `${deployment.name}-edge-log` });
    const logGroupName = `/kapok/${deployment.name}/edge`;
    const group = new LogGroup(this, "AccessLog", {
      logGroupName,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const distribution = Fn.getStackOutput(coreStackName(deployment), DISTRIBUTION_OUTPUT, region);
    const source = new CfnDeliverySource(this, "Source", {
      name: `${deployment.name}-edge`,
      logType: "ACCESS_LOGS",
      resourceArn: `arn:${this.partition}:cloudfront::${this.account}:distribution/${distribution}`,
    });
    const destination = new CfnDeliveryDestination(this, "Destination", {
      name: `${deployment.name}-edge`,
      destinationResourceArn: `arn:${this.partition}:logs:${this.region}:${this.account}:log-group:${logGroupName}`,
      outputFormat: "json",
    });
    destination.node.addDependency(group);
    const delivery = new CfnDelivery(this, "Delivery", {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
      recordFields: fields,
    });
    delivery.node.addDependency(source);
  }
}
