import { Duration } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { functionRole } from "./function-role.ts";
import { allow, readsChainSecret, standsInNetwork, starts, usesForeignKeys } from "./grants.ts";
import { kapokFunction } from "./kapok-function.ts";
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
    allow(
      submitterRole,
      access.changes(core),
      access.identifies(...Object.values(projections)),
      readsChainSecret(deployment),
      starts(scope, names.submitter, names.indexer),
      ...usesForeignKeys(deployment, "kms:Sign", "kms:GetPublicKey"),
    );
    const indexerRole = functionRole(scope, deployment, "indexer");
    allow(
      indexerRole,
      access.changes(core, ...Object.values(projections)),
      access.counts(core, ...Object.values(projections)),
      readsChainSecret(deployment),
      starts(scope, names.indexer),
    );
    for (const role of [submitterRole, indexerRole]) standsInNetwork(role, deployment);

    const environment = { CHAIN_SECRET: cloud.chainSecret, INDEXER: names.indexer };
    const submitting = { ...settings.submitting, timeoutMilliseconds: SUBMITTER_SECONDS * 1000 };
    this.submitter = kapokFunction(scope, deployment, {
      part: "submitter",
      description: "Works off one organisation's lane: signs, journals, broadcasts",
      role: submitterRole,
      seconds: SUBMITTER_SECONDS,
      megabytes: 512,
      environment: { ...environment, SUBMITTING: JSON.stringify(submitting) },
      speaksToChain: true,
    });
    this.indexer = kapokFunction(scope, deployment, {
      part: "indexer",
      description: "Follows the chain: projections, decisions, the cursor",
      role: indexerRole,
      seconds: INDEXER_SECONDS,
      megabytes: 512,
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
