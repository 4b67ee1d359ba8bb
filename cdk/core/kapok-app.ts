import { App, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { CoreStack } from "./core-stack.ts";
import type { Deployment } from "./deployment.ts";
import { EdgeLogStack } from "./edge-log-stack.ts";
import { EDGE_REGION } from "./edge-region.ts";
import { EdgeStack } from "./edge-stack.ts";
import { ScenarioStack } from "./scenario-stack.ts";
import { StateStack } from "./state-stack.ts";

/** All stacks of a deployment, which are checked when they are synthesised. */
export function kapokApp(deployment: Deployment, app = new App()): App {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return kapokStacks(deployment, app);
}

/** All stacks of a deployment: what must outlive it, what works, one a scenario, and what an edge has in us-east-1. */
export function kapokStacks(deployment: Deployment, app = new App()): App {
  const props = { env: deployment.environment };
  const state = new StateStack(app, deployment, props);
  const core = new CoreStack(app, deployment, state, props);
  for (const { name } of deployment.scenarios) new ScenarioStack(app, deployment, name, { state, core }, props);
  addEdge(app, deployment, core);
  Tags.of(app).add("kapok", deployment.name);
  return app;
}

/** CloudFormation reads outputs of other stacks, and the CDK does not see that: it is told what comes before what. */
function addEdge(app: App, deployment: Deployment, core: CoreStack): void {
  const { edge } = deployment.cloud;
  if (!edge) return;
  const { account, region } = deployment.environment;
  const props = { env: { account, region: EDGE_REGION } };
  core.addStackDependency(new EdgeStack(app, deployment, edge, props), "the firewall comes first");
  new EdgeLogStack(app, deployment, region, props).addStackDependency(core, "it logs the distribution");
}
