import { App, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { CoreStack } from "./core-stack.ts";
import type { Deployment } from "./deployment.ts";
import { ScenarioStack } from "./scenario-stack.ts";
import { StateStack } from "./state-stack.ts";

/** All stacks of a deployment, which are checked when they are synthesised. */
export function kapokApp(deployment: Deployment, app = new App()): App {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return kapokStacks(deployment, app);
}

/** All stacks of a deployment: what must outlive it, what works, and one a scenario. */
export function kapokStacks(deployment: Deployment, app = new App()): App {
  const props = { env: deployment.environment };
  const state = new StateStack(app, deployment, props);
  const core = new CoreStack(app, deployment, state, props);
  for (const { name } of deployment.scenarios) new ScenarioStack(app, deployment, name, { state, core }, props);
  Tags.of(app).add("kapok", deployment.name);
  return app;
}
