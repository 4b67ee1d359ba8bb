import type { StackProps } from "aws-cdk-lib";
import { CfnOutput, Stack } from "aws-cdk-lib";
import { Role } from "aws-cdk-lib/aws-iam";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { Construct } from "constructs";
import { alarms } from "./alarms.ts";
import { apiEnvironment } from "./api-environment.ts";
import { apiRole } from "./api-role.ts";
import { Book } from "./book.ts";
import { dashboard } from "./dashboard.ts";
import { deadLetters } from "./dead-letters.ts";
import type { Deployment } from "./deployment.ts";
import { gateway, route } from "./gateway.ts";
import { kapokFunction } from "./kapok-function.ts";
import { networkEndpoints } from "./network-endpoints.ts";
import type { StateStack } from "./state-stack.ts";
import { Submitting } from "./submitting.ts";
import { Waking } from "./waking.ts";

/** Everything that works and keeps nothing: it can be destroyed and deployed again, and goes on where it stopped. */
export class CoreStack extends Stack {
  readonly api: HttpApi;

  constructor(scope: Construct, deployment: Deployment, state: StateStack, props: StackProps) {
    super(scope, "core", { ...props, stackName: `${deployment.name}-core` });
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
    const documents = kapokFunction(this, deployment, {
      part: "api",
      description: "The API below no scenario: operations, documents, problems",
      role: apiRole(
        this,
        deployment,
        "api",
        deployment.scenarios.map(({ name }) => name),
      ),
      seconds: 29,
      megabytes: 1024,
      environment: apiEnvironment(deployment, this.api, state.tokens),
    });
    route(this, "rest", this.api, "$default", documents);
    const { submitter: submits, indexer } = submitting;
    const { waker, sweeper } = waking;
    const functions = [book.deployer, submits, indexer, waker, sweeper, documents];
    const watched = { deadLetters: failed, waker, functions, apiId: this.api.apiId };
    dashboard(this, deployment, alarms(this, deployment, watched, state.alarms));
    book.isUsedBy(submits, indexer, waker, sweeper, documents);
    new CfnOutput(this, "ApiUrl", { value: this.api.apiEndpoint, description: "Where the API is" });
    new CfnOutput(this, "TokenUrl", { value: state.tokens.tokenUrl, description: "Where clients get their tokens" });
  }
}
