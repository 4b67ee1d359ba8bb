import { App, Tags } from "aws-cdk-lib";
import { CoreStack } from "./core-stack.ts";
import type { Deployment } from "./deployment.ts";
import { ScenarioStack } from "./scenario-stack.ts";
import { StateStack } from "./state-stack.ts";

/** The account and region of whoever deploys. */
const env = () => ({
  account: process.env["CDK_DEFAULT_ACCOUNT"] ?? "123456789012",
  region: process.env["CDK_DEFAULT_REGION"] ?? "ap-east-1",
});

/** All stacks of a deployment: what must outlive it, what works, and one a scenario. */
export function kapokApp(deployment: Deployment, app = new App()): App {
  const props = { env: env() };
  const state = new StateStack(app, deployment, props);
  const core = new CoreStack(app, deployment, state, props);
  for (const { name } of deployment.scenarios) new ScenarioStack(app, deployment, name, { state, core }, props);
  Tags.of(app).add("kapok", deployment.name);
  return app;
}
