import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  CfnFunction,
  Code,
  Function,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { logGroupName } from "./function-role.ts";

/** What a function is, beside its code. */
export interface FunctionDescription {
  /** Names its bundle, its role and its log. */
  part: string;
  description: string;
  role: IRole;
  seconds: number;
  megabytes: number;
  environment: Record<string, string>;
  /** Whether it speaks to the chain, and so may have to stand in a network. */
  speaksToChain?: boolean;
}

/** A function as all of Kapok's are: Node 24 on arm64, its log kept for three months, its code as it was tested. */
export function kapokFunction(scope: Construct, deployment: Deployment, described: FunctionDescription): Function {
  const { part, description, role, seconds, megabytes, environment, speaksToChain } = described;
  const made = new Function(scope, `Function-${part}`, {
    functionName: deployment.functionName(part),
    description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(deployment.bundle(part).folder),
    handler: "index.handler",
    role,
    timeout: Duration.seconds(seconds),
    memorySize: megabytes,
    environment: { DEPLOYMENT: deployment.name, TABLES: JSON.stringify(deployment.tables), ...environment },
    // An indexer starts its own successor for ever; Lambda takes that for a mistake after sixteen of them.
    recursiveLoop: RecursiveLoop.ALLOW,
    loggingFormat: LoggingFormat.TEXT,
    logGroup: new LogGroup(scope, `Log-${part}`, {
      logGroupName: logGroupName(deployment, part),
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  });
  const { network } = deployment.cloud;
  if (speaksToChain && network) {
    (made.node.defaultChild as CfnFunction).vpcConfig = {
      subnetIds: network.subnets,
      securityGroupIds: network.securityGroups,
    };
  }
  return made;
}
