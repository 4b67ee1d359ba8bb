import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";

/**
 * A table that is never lost: every second of the last 35 days can be recovered, and neither a stack nor a slip deletes
 * it. Core's has a stream, which wakes submitters.
 */
export function keepTable(scope: Construct, noun: string, tableName: string): Table {
  return new Table(scope, `Table-${noun}`, {
    tableName,
    partitionKey: { name: "pk", type: AttributeType.STRING },
    sortKey: { name: "sk", type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(noun === "core" && { stream: StreamViewType.NEW_IMAGE }),
  });
}
