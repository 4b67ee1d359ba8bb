import type { StackProps } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { throttleAlarm } from "./alarms.ts";
import { apiEnvironment } from "./api-environment.ts";
import { apiRole } from "./api-role.ts";
import { scenarioPart } from "./bundles.ts";
import type { CoreStack } from "./core-stack.ts";
import type { Deployment } from "./deployment.ts";
import { route } from "./gateway.ts";
import { kapokFunction } from "./kapok-function.ts";
import type { StateStack } from "./state-stack.ts";

/** One scenario: a function that serves its part of the API, with a role that reaches its own projections only. */
export class ScenarioStack extends Stack {
  constructor(
    scope: Construct,
    deployment: Deployment,
    scenario: string,
    { state, core }: { state: StateStack; core: CoreStack },
    props: StackProps,
  ) {
    super(scope, scenario, { ...props, stackName: `${deployment.name}-${scenario}` });
    const part = scenarioPart(scenario);
    const handler = kapokFunction(this, deployment, {
      part,
      description: `The API of ${scenario}`,
      role: apiRole(this, deployment, part, scenario),
      seconds: 29,
      megabytes: 512,
      environment: {
        ...apiEnvironment(deployment, core.apiUrlFor(deployment), state.tokens),
        TABLES: JSON.stringify({ core: deployment.tables["core"], [scenario]: deployment.tables[scenario] }),
      },
    });
    throttleAlarm(this, deployment, handler, state.alarms);
    route(this, scenario, core.api, `/v1/${scenario}/{proxy+}`, handler);
  }
}
