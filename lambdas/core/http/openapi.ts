import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { ProblemKind } from "../problem.ts";
import type { Service } from "../scenario.ts";
import type { Route } from "./route.ts";
import { problem, uuid } from "./schemas.ts";
import * as z from "zod";

type Registry = OpenAPIHono["openAPIRegistry"];
type Responses = RouteConfig["responses"];

/** Puts a route into the OpenAPI document, with every problem that it can answer. */
export function describeRoute(registry: Registry, catalogue: Record<string, ProblemKind>, route: Route): void {
  const { body, query, headers } = route;
  registry.registerPath({
    method: route.method,
    path: route.path,
    operationId: route.name,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.scopes.map((scope) => ({ oauth: [scope] })),
    request: {
      ...(route.path.includes("{id}") ? { params: z.object({ id: uuid }) } : {}),
      ...(query ? { query } : {}),
      ...(headers ? { headers } : {}),
      ...(body && Object.keys(body.shape).length > 0 ? { body: requestBody(body) } : {}),
    },
    responses: { ...successes(route.answers), ...failures(catalogue, problemsOf(route)) },
  });
}

/** The OpenAPI 3.1 document of all routes. */
export function openapiDocument(
  app: OpenAPIHono,
  about: { apiUrl: string; tokenUrl: string; version: string; scenarios: readonly Service[] },
): OpenapiDocument {
  const scopes = about.scenarios.flatMap(({ roles }) => Object.values(roles).flatMap((role) => role.scopes));
  app.openAPIRegistry.registerComponent("securitySchemes", "oauth", {
    type: "oauth2",
    description: "Client credentials. An organisation's clients act as that organisation only.",
    flows: {
      clientCredentials: {
        tokenUrl: about.tokenUrl,
        scopes: Object.fromEntries(scopes.map((scope) => [scope, `What asks for ${scope}`])),
      },
    },
  });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Kapok",
      version: about.version,
      description:
        "Shared books of organisations that do not have to trust one another. Every write is an operation: it is " +
        "accepted under a key of your choice and happens exactly once, or is rejected with a reason. Its id is the " +
        "first 16 bytes of sha256(organisation, a zero byte, key) as a UUID of version 8, so you can compute it " +
        "yourself and find it on the chain.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: about.apiUrl }],
    tags: [
      { name: "core", description: "What every scenario shares" },
      ...about.scenarios.map(({ name }) => ({ name })),
    ],
  });
  return document as unknown as OpenapiDocument;
}

/** As much of the document's form as our own pages read. */
export interface OpenapiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, OpenapiOperation>>;
  components: { schemas: Record<string, any>; securitySchemes: Record<string, any> };
  tags: { name: string; description?: string }[];
}

/** One method of one path. */
export interface OpenapiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: any }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: any }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: any; examples?: any }> }>;
}

function requestBody(schema: z.ZodObject) {
  return { required: !schema.safeParse({}).success, content: { "application/json": { schema } } };
}

function successes(answers: Route["answers"]): Responses {
  const responses = Object.entries(answers).map(([status, { description, schema, headers }]) => [
    status,
    { description, ...(headers && { headers }), content: { "application/json": { schema } } },
  ]);
  return Object.fromEntries(responses);
}

/** Headers that come with problems of a status. */
const failureHeaders: Record<number, z.ZodObject> = {
  401: z.object({ "WWW-Authenticate": z.string().meta({ description: "The challenge of RFC 6750." }) }),
  403: z.object({ "WWW-Authenticate": z.string().meta({ description: "The challenge of RFC 6750." }) }),
  429: z.object({ "Retry-After": z.string().meta({ description: "Seconds." }) }),
  503: z.object({ "Retry-After": z.string().meta({ description: "Seconds." }) }),
};

/** What a route can answer beside its own problems follows from what it reads. */
function problemsOf(route: Route): string[] {
  const always = ["unauthorized", "forbidden", "keys-unavailable", "store-unavailable", "internal-error"];
  const names = [...always, ...(route.problems ?? [])];
  if (route.path.includes("{id}")) names.push("not-found");
  if (route.body || route.query) names.push("invalid-request");
  if (route.body) names.push("body-too-large", "not-acceptable-encoding");
  return [...new Set(names)];
}

function failures(catalogue: Record<string, ProblemKind>, names: string[]): Responses {
  const responses: Responses = {};
  for (const name of names) {
    const kind = catalogue[name];
    if (!kind) throw new Error(`No kind of problem is named ${name}.`);
    const { status, title, remedy } = kind;
    const others = responses[status] as { description: string; content: any } | undefined;
    const value = { type: `/problems/${name}`, title, status, detail: remedy };
    const examples = { ...others?.content["application/problem+json"].examples, [name]: { summary: title, value } };
    responses[status] = {
      description: others ? `${others.description}; ${title}` : title,
      ...(failureHeaders[status] && { headers: failureHeaders[status] }),
      content: { "application/problem+json": { schema: problem, examples } },
    };
  }
  return responses;
}
