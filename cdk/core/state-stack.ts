import type { StackProps } from "aws-cdk-lib";
import { RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Role } from "aws-cdk-lib/aws-iam";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { alarmTopic } from "./alarm-topic.ts";
import type { Deployment } from "./deployment.ts";
import { functionRole } from "./function-role.ts";
import { guardKeys } from "./key-guard.ts";
import { keepTable } from "./kept-table.ts";
import { signingKeys } from "./signing-keys.ts";
import { TokenGiver } from "./token-giver.ts";

/**
 * Everything that must outlive a deployment: tables, keys that sign and the roles that may use them, clients. All of it is
 * retained and protected; `npm run destroy` does not touch this stack.
 */
export class StateStack extends Stack {
  readonly tables: Readonly<Record<string, Table>>;
  /** The only one who may sign for organisations. */
  readonly submitter: Role;
  /** The only one who may sign for the administrator. */
  readonly deployer: Role;
  readonly alarms: Topic;
  readonly tokens: TokenGiver;

  constructor(scope: Construct, deployment: Deployment, props: StackProps) {
    super(scope, "state", { ...props, stackName: `${deployment.name}-state`, terminationProtection: true });
    this.tables = Object.fromEntries(
      Object.entries(deployment.ownTables).map(([noun, name]) => [noun, keepTable(this, noun, name)]),
    );
    // Core reads it where the settings name no other one. What one of them takes away, none can import any more.
    this.exportValue(this.tables["core"]!.tableStreamArn);
    this.submitter = functionRole(this, deployment, "submitter");
    this.deployer = functionRole(this, deployment, "deployer");
    // The policy of a key that outlives its role names nobody, and nobody could sign any more.
    for (const role of [this.submitter, this.deployer]) role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.alarms = alarmTopic(this, deployment);
    const keys = signingKeys(this, deployment, { submitter: this.submitter, deployer: this.deployer });
    guardKeys(this, deployment, keys, this.alarms);
    this.tokens = new TokenGiver(this, deployment);
  }
}
