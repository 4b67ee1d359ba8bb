import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { UserPoolResourceServer } from "aws-cdk-lib/aws-cognito";
import { FeaturePlan, OAuthScope, ResourceServerScope, UserPool, UserPoolClient } from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { clientsOf } from "./clients.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Gives access tokens to machines: a Cognito user pool without users, a resource server a scenario, some named clients an
 * organisation. Secrets stay in Cognito; nothing reads them while deploying.
 */
export class TokenGiver extends Construct {
  readonly pool: UserPool;
  readonly tokenUrl: string;
  /** Who signs the tokens, as they say themselves. */
  readonly issuer: string;

  constructor(scope: Construct, deployment: Deployment) {
    super(scope, "Tokens");
    const { region } = Stack.of(this);
    this.pool = new UserPool(this, "Pool", {
      userPoolName: deployment.name,
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: false,
      passwordPolicy: {
        minLength: 20,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const noUsers = "The pool has no users and lets nobody become one: it only gives tokens to machines.";
    acknowledge(this.pool, "COG2", noUsers);
    acknowledge(this.pool, "COG8", `${noUsers} What the plus plan watches over are sign-ins of users.`);
    const domain = this.pool.addDomain("Domain", {
      cognitoDomain: { domainPrefix: deployment.cloud.tokenDomain },
    });
    domain.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.tokenUrl = `https://${deployment.cloud.tokenDomain}.auth.${region}.amazoncognito.com/oauth2/token`;
    this.issuer = `https://cognito-idp.${region}.amazonaws.com/${this.pool.userPoolId}`;
    this.makeClients(deployment, this.makeScopes(deployment));
    new CfnOutput(scope, "PoolId", { value: this.pool.userPoolId, description: "The user pool that has the clients" });
  }

  /** `points:write` is the scope `write` of the resource server `points`. */
  private makeScopes({ scenarios }: Deployment): Map<string, OAuthScope> {
    const scopes = new Map<string, OAuthScope>();
    for (const { name, roles } of scenarios) {
      const names = new Set(Object.values(roles).flatMap((role) => role.scopes));
      const made = [...names].map(
        (scope) => new ResourceServerScope({ scopeName: scope.split(":")[1]!, scopeDescription: scope }),
      );
      const server: UserPoolResourceServer = this.pool.addResourceServer(`Server-${name}`, {
        identifier: name,
        scopes: made,
      });
      server.applyRemovalPolicy(RemovalPolicy.RETAIN);
      [...names].forEach((scope, index) => scopes.set(scope, OAuthScope.resourceServer(server, made[index]!)));
    }
    return scopes;
  }

  private makeClients(deployment: Deployment, scopes: Map<string, OAuthScope>): void {
    for (const client of clientsOf(deployment)) {
      const made = new UserPoolClient(this, `Client-${client.label}`, {
        userPool: this.pool,
        userPoolClientName: client.label,
        generateSecret: true,
        authFlows: {},
        oAuth: { flows: { clientCredentials: true }, scopes: client.scopes.map((scope) => scopes.get(scope)!) },
        accessTokenValidity: Duration.hours(1),
        preventUserExistenceErrors: true,
      });
      made.applyRemovalPolicy(RemovalPolicy.RETAIN);
    }
  }
}
