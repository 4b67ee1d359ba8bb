import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Facade } from "../facade.ts";
import type { Operation } from "../operation.ts";
import { Problem } from "../problem.ts";
import type { Scenario } from "../scenario.ts";
import type { Call } from "./api.ts";
import { operationDocument } from "./operation-document.ts";
import { addRoute } from "./route.ts";
import { operation as schema } from "./schemas.ts";
import type { Serving } from "./serving.ts";

/** Adds `GET /v1/operations/{id}`, for the organisation that wrote it and for the operator of its scenario. */
export function addOperationRoute(
  app: OpenAPIHono,
  serving: Serving,
  scenarios: readonly Scenario[],
  facadeFor: (scenario: Scenario) => Facade,
): void {
  const facades = new Map(scenarios.map((scenario) => [scenario.name, facadeFor(scenario)]));
  addRoute(app, serving, {
    tag: "core",
    method: "get",
    path: "/v1/operations/{id}",
    name: "getOperation",
    summary: "One operation, as it stands now",
    description:
      "Seen by the organisation that wrote it and by the operator of its scenario. A rejected operation is a 200 here: " +
      "its `problem` says why.",
    scopes: scenarios.flatMap(({ name }) => [`${name}:read`, `${name}:admin`]),
    answers: { 200: { description: "The operation", schema } },
    async handle(call, _query, context) {
      const operation = await visible(call, facades);
      const status = await facades.get(operation.scenario)!.status(operation);
      return context.json(operationDocument(serving, operation, status, call.organisation));
    },
  });
}

async function visible(call: Call, facades: Map<string, Facade>): Promise<Operation> {
  for (const [scenario, facade] of facades) {
    const own = await facade.operation(call.organisation, call.id);
    if (own?.scenario === scenario && call.may(`${scenario}:read`)) return own;
    if (!call.may(`${scenario}:admin`)) continue;
    const all = (await facade.organisations()).map((organisation) => facade.operation(organisation, call.id));
    const found = (await Promise.all(all)).find((operation) => operation?.scenario === scenario);
    if (found) return found;
  }
  throw new Problem("not-found", "Your organisation has no operation with this id.");
}
