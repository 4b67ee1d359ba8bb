import type { StackProps } from "aws-cdk-lib";
import { CfnOutput, Fn, Stack } from "aws-cdk-lib";
import { Role } from "aws-cdk-lib/aws-iam";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { Construct } from "constructs";
import { alarms } from "./alarms.ts";
import { apiEnvironment } from "./api-environment.ts";
import { documentsRole } from "./api-role.ts";
import { Book } from "./book.ts";
import { dashboard } from "./dashboard.ts";
import { deadLetters } from "./dead-letters.ts";
import type { Deployment } from "./deployment.ts";
import { Edge } from "./edge.ts";
import { gateway, route } from "./gateway.ts";
import { kapokFunction } from "./kapok-function.ts";
import { networkEndpoints } from "./network-endpoints.ts";
import type { StateStack } from "./state-stack.ts";
import { Submitting } from "./submitting.ts";
import { Waking } from "./waking.ts";

/** Outputs: where clients find the API, what is in front of it, and which of its secrets that sends. */
const API_URL_OUTPUT = "ApiUrl";
export const DISTRIBUTION_OUTPUT = "DistributionId";
export const ORIGIN_SECRET_OUTPUT = "OriginSecret";

export const coreStackName = ({ name }: Deployment) => `${name}-core`;

/** Everything that works and keeps nothing: it can be destroyed and deployed again, and goes on where it stopped. */
export class CoreStack extends Stack {
  readonly api: HttpApi;
  /** In front of the API, where the settings ask for it. */
  readonly edge: Edge | undefined;

  constructor(scope: Construct, deployment: Deployment, state: StateStack, props: StackProps) {
    super(scope, "core", { ...props, stackName: coreStackName(deployment) });
    const failed = deadLetters(this);
    // What else these two may do belongs to this stack; the state only knows that they sign.
    const submitter = Role.fromRoleArn(this, "Submitter", state.submitter.roleArn);
    const deployer = Role.fromRoleArn(this, "Deployer", state.deployer.roleArn);
    const book = new Book(this, {
      deployment,
      role: deployer,
      pool: state.tokens.pool,
      endpoints: networkEndpoints(this, deployment),
    });
    const submitting = new Submitting(this, { deployment, submitterRole: submitter, deadLetters: failed });
    const stream = deployment.cloud.coreStream ?? state.tables["core"]!.tableStreamArn!;
    const waking = new Waking(this, { deployment, stream, deadLetters: failed });
    this.api = gateway(this, deployment);
    this.edge = this.makeEdge(deployment);
    const apiUrl = this.edge?.url ?? this.api.apiEndpoint;
    const documents = kapokFunction(this, deployment, {
      part: "api",
      description: "The API below no scenario: operations, documents, problems",
      role: documentsRole(this, deployment, "api"),
      seconds: 29,
      megabytes: 512,
      environment: apiEnvironment(deployment, apiUrl, state.tokens),
    });
    route(this, "rest", this.api, "$default", documents);
    // Nobody is refused before there is another way in, or reads a secret that is not there yet.
    if (this.edge) documents.node.addDependency(this.edge);
    const { submitter: submits, indexer } = submitting;
    const { waker, sweeper } = waking;
    const functions = [book.deployer, submits, indexer, waker, sweeper, documents];
    const watched = { deadLetters: failed, waker, functions, apiId: this.api.apiId };
    dashboard(this, deployment, alarms(this, deployment, watched, state.alarms));
    book.isUsedBy(submits, indexer, waker, sweeper, documents);
    new CfnOutput(this, API_URL_OUTPUT, { value: apiUrl, description: "Where the API is" });
    new CfnOutput(this, "TokenUrl", { value: state.tokens.tokenUrl, description: "Where clients get their tokens" });
  }

  private makeEdge(deployment: Deployment): Edge | undefined {
    const { edge } = deployment.cloud;
    if (!edge) return undefined;
    // The scenarios' stacks import this until they are deployed with the edge, and again as soon as they are without it.
    this.exportValue(this.api.apiEndpoint);
    const made = new Edge(this, deployment, { api: this.api, edge });
    const { distributionId, distributionDomainName } = made.distribution;
    new CfnOutput(this, DISTRIBUTION_OUTPUT, { value: distributionId, description: "What is in front of the API" });
    new CfnOutput(this, "EdgeDomain", {
      value: distributionDomainName,
      description: "What the API's own name has to be a CNAME of",
    });
    new CfnOutput(this, ORIGIN_SECRET_OUTPUT, {
      value: String(edge.originSecret),
      description: "Which of the origin's secrets is sent",
    });
    return made;
  }

  /**
   * Where clients find the API, for a stack that comes after this one. The distribution's name is read from the output:
   * an export of it would keep the edge from ever being turned off.
   */
  apiUrlFor(deployment: Deployment): string {
    const { edge } = deployment.cloud;
    if (!edge) return this.api.apiEndpoint;
    return edge.domain ? this.edge!.url : Fn.getStackOutput(coreStackName(deployment), API_URL_OUTPUT);
  }
}
