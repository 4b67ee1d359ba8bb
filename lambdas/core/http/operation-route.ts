import type { OpenAPIHono } from "@hono/zod-openapi";
import * as z from "zod";
import type { Facade } from "../facade.ts";
import type { Operation } from "../operation.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../scenario.ts";
import type { Call } from "./api.ts";
import { operationDocument } from "./operation-document.ts";
import { addRoute } from "./route.ts";
import { operation as schema, organisationId } from "./schemas.ts";
import type { Serving } from "./serving.ts";

const query = z.object({
  organisation: organisationId.optional().meta({ description: "Whose operation, where several have one of this id." }),
});

/** Adds `GET /v1/operations/{id}`, for the organisation that wrote it and for the operator of its scenario. */
export function addOperationRoute(
  app: OpenAPIHono,
  serving: Serving,
  scenarios: readonly Service[],
  facadeFor: (scenario: Service) => Facade,
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
      "its `problem` says why. Anyone can put any id on the chain, so an operator may find that several organisations " +
      "have operations of one id: it is shown the one that was accepted here, or else the first on the chain, and asks " +
      "for the others by `organisation`.",
    scopes: scenarios.flatMap(({ name }) => [`${name}:read`, `${name}:admin`]),
    query,
    answers: { 200: { description: "The operation", schema } },
    async handle(call, { organisation }: z.output<typeof query>, context) {
      const operation = await visible(call, facades, organisation);
      const status = await facades.get(operation.scenario)!.status(operation);
      return context.json(operationDocument(serving, operation, status, call.organisation));
    },
  });
}

async function visible(call: Call, facades: Map<string, Facade>, wanted?: string): Promise<Operation> {
  const isWanted = (organisation: string) => wanted === undefined || wanted === organisation;
  for (const [scenario, facade] of facades) {
    const own = isWanted(call.organisation) && (await facade.operation(call.organisation, call.id));
    if (own && own.scenario === scenario && call.may(`${scenario}:read`)) return own;
    if (!call.may(`${scenario}:admin`)) continue;
    const organisations = (await facade.organisations()).filter(isWanted);
    const all = await Promise.all(organisations.map((organisation) => facade.operation(organisation, call.id)));
    const found = all.flatMap((operation) => (operation?.scenario === scenario ? [operation] : []));
    if (found.length > 0) return found.toSorted(byOrigin)[0]!;
  }
  throw new Problem("not-found", "Your organisation has no operation with this id.");
}

/** What a client of this Kapok asked for comes first; then the order of the chain. */
function byOrigin(one: Operation, other: Operation): number {
  const place = ({ acceptedAt, decision }: Operation) => {
    const { blockNumber = 0, logIndex = 0 } = decision?.transaction ?? {};
    return [acceptedAt === undefined ? 1 : 0, blockNumber, logIndex];
  };
  const [a, b] = [place(one), place(other)];
  const differing = a.findIndex((part, index) => part !== b[index]);
  return differing === -1 ? 0 : a[differing]! - b[differing]!;
}
