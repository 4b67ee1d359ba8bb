import { CustomResource, Duration } from "aws-cdk-lib";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { canonical } from "./canonical.ts";
import type { Deployment } from "./deployment.ts";
import { allow, readsChainSecret, standsInNetwork, starts, usesForeignKeys } from "./grants.ts";
import { kapokFunction } from "./kapok-function.ts";
import { keyNames } from "./signing-keys.ts";
import { TableAccess } from "./table-access.ts";
import { clientsOf } from "./clients.ts";

/** The longest that a function may run. A chain that halts for minutes is waited for. */
const DEPLOYER_SECONDS = 900;

/** What a book is made from. */
interface BookParts {
  deployment: Deployment;
  role: IRole;
  pool: IUserPool;
  /** Without these the deployer reaches nobody, not even CloudFormation with its answer. */
  endpoints: Construct[];
}

/**
 * The book on the chain, as something that a deployment makes: contracts, organisations, signers, clients. It comes before
 * everything that works with it, so that what cannot be had fails before anything changed.
 */
export class Book {
  readonly deployer: Function;
  private readonly book: CustomResource;
  private readonly signers: CustomResource;

  constructor(scope: Construct, { deployment, role, pool, endpoints }: BookParts) {
    const { cloud, tables } = deployment;
    const { core = "", ...projections } = tables;
    const access = new TableAccess(scope);
    allow(
      role,
      access.changes(core),
      access.identifies(...Object.values(projections)),
      readsChainSecret(deployment),
      new PolicyStatement({ actions: ["cognito-idp:ListUserPoolClients"], resources: [pool.userPoolArn] }),
      starts(scope, deployment.functionName("sweeper")),
      ...usesForeignKeys(deployment, "kms:GetPublicKey"),
    );
    standsInNetwork(role, deployment);
    this.deployer = kapokFunction(scope, deployment, {
      part: "deployer",
      description: "Makes the book and what the settings ask for, or finds that it is there",
      role,
      seconds: DEPLOYER_SECONDS,
      megabytes: 1024,
      environment: { CHAIN_SECRET: cloud.chainSecret, SWEEPER: deployment.functionName("sweeper") },
      speaksToChain: true,
    });
    // CloudFormation starts it asynchronously and does not see it crash, so that is tried again, for as long as anybody
    // waits for the answer. No dead letter: the event holds the settings, and the address that takes the answer.
    this.deployer.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.seconds(DEPLOYER_SECONDS) });
    const properties = {
      settings: canonical(deployment.settings),
      keys: keyNames(deployment),
      pool: pool.userPoolId,
      clients: clientsOf(deployment),
      // A table that was recovered may lack keys and clients that came later.
      tables,
      // Other code may hold other contracts: it looks at the book again.
      code: deployment.codeHash("deployer"),
    };
    this.book = this.custom(scope, "Book", { ...properties, step: "book" });
    this.book.node.addDependency(this.deployer, ...endpoints);
    this.signers = this.custom(scope, "Signers", { ...properties, step: "signers" });
    this.signers.node.addDependency(this.book);
  }

  /** What works with the book comes after it, and before signers change, which needs somebody who submits and indexes. */
  isUsedBy(...users: Construct[]): void {
    for (const user of users) {
      user.node.addDependency(this.book);
      this.signers.node.addDependency(user);
    }
  }

  private custom(scope: Construct, id: string, properties: Record<string, unknown>): CustomResource {
    return new CustomResource(scope, id, {
      serviceToken: this.deployer.functionArn,
      resourceType: `Custom::Kapok${id}`,
      serviceTimeout: Duration.seconds(DEPLOYER_SECONDS + 60),
      properties,
    });
  }
}
