import { Duration, Stack } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { acknowledge } from "./acknowledge.ts";
import { functionRole } from "./function-role.ts";
import { kapokFunction } from "./kapok-function.ts";
import { foreignKey } from "./signing-keys.ts";
import { TableAccess } from "./table-access.ts";

/** The longest that a submitter runs, seconds. Closing a lane waits as long, so it is short. */
const SUBMITTER_SECONDS = 120;
/** An indexer starts its own successor, so this only says how often that happens. */
const INDEXER_SECONDS = 300;

/** What the functions that write to the chain and follow it are made of. */
interface SubmittingParts {
  deployment: Deployment;
  /** Signs; it lies in the state, since the keys know it. */
  submitterRole: IRole;
  deadLetters: Queue;
}

/**
 * The submitter works a lane off, the indexer follows the chain. Both cross scenarios: a lane carries the operations of all
 * of them, and a block has the events of all of them.
 */
export class Submitting {
  readonly submitter: Function;
  readonly indexer: Function;

  constructor(scope: Construct, { deployment, submitterRole, deadLetters }: SubmittingParts) {
    const { settings, cloud, tables } = deployment;
    const { core = "", ...projections } = tables;
    const access = new TableAccess(scope);
    const names = { submitter: deployment.functionName("submitter"), indexer: deployment.functionName("indexer") };
    const starts = (name: string) =>
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [functionArn(scope, name)] });
    const readsSecret = new PolicyStatement({
      actions: ["secretsmanager:GetSecretValue"],
      resources: [cloud.chainSecret],
    });

    allow(submitterRole, [
      access.changes(core),
      access.identifies(...Object.values(projections)),
      readsSecret,
      starts(names.submitter),
      starts(names.indexer),
      ...signsElsewhere(deployment),
    ]);
    standsInNetwork(submitterRole, deployment);
    const indexerRole = functionRole(scope, deployment, "indexer");
    allow(indexerRole, [
      access.changes(core, ...Object.values(projections)),
      access.counts(core, ...Object.values(projections)),
      readsSecret,
      starts(names.indexer),
    ]);
    standsInNetwork(indexerRole, deployment);

    const environment = { CHAIN_SECRET: cloud.chainSecret, INDEXER: names.indexer };
    const submitting = { ...settings.submitting, timeoutMilliseconds: SUBMITTER_SECONDS * 1000 };
    this.submitter = kapokFunction(scope, deployment, {
      part: "submitter",
      description: "Works off one organisation's lane: signs, journals, broadcasts",
      role: submitterRole,
      seconds: SUBMITTER_SECONDS,
      megabytes: 1024,
      environment: { ...environment, SUBMITTING: JSON.stringify(submitting) },
      speaksToChain: true,
    });
    this.indexer = kapokFunction(scope, deployment, {
      part: "indexer",
      description: "Follows the chain: projections, decisions, the cursor",
      role: indexerRole,
      seconds: INDEXER_SECONDS,
      megabytes: 1024,
      environment,
      speaksToChain: true,
    });

    // The sweeper starts them again within a minute, so a second try of the same call only helps against a hiccup; an old
    // call is worth nothing.
    for (const each of [this.submitter, this.indexer]) {
      each.configureAsyncInvoke({
        retryAttempts: 1,
        maxEventAge: Duration.minutes(5),
        onFailure: new SqsDestination(deadLetters),
      });
    }
  }
}

export function allow(role: IRole, statements: PolicyStatement[]): void {
  for (const statement of statements) role.addToPrincipalPolicy(statement);
}

/** Keys in other accounts: their policies let this role sign, and this says so on our side. */
function signsElsewhere({ ownOrganisations }: Deployment): PolicyStatement[] {
  const resources = ownOrganisations.flatMap((organisation) => foreignKey(organisation) ?? []);
  return resources.length > 0 ? [new PolicyStatement({ actions: ["kms:Sign", "kms:GetPublicKey"], resources })] : [];
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
  allow(role, [new PolicyStatement({ actions: actions.map((action) => `ec2:${action}`), resources: ["*"] })]);
  acknowledge(role, "IAM5[Resource::*]", "Lambda makes the interfaces itself; they have no names before.");
}

/** The ARN of a function of this account by its name, where the function itself would close a circle. */
export function functionArn(scope: Construct, name: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:lambda:${region}:${account}:function:${name}`;
}
