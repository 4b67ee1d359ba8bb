import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import * as z from "zod";
import { Problem } from "../problem.ts";
import type { Call, RouteDescription } from "./api.ts";
import { readJson } from "./body.ts";
import { identify, permit } from "./identity.ts";
import { describeRoute } from "./openapi.ts";
import { uuid } from "./schemas.ts";
import type { Serving } from "./serving.ts";
import { validated } from "./validation.ts";

/** A route, from which both its handler and its place in the OpenAPI document are made. */
export interface Route extends RouteDescription {
  /** `core`, or the scenario's name. */
  tag: string;
  method: "get" | "post" | "put" | "delete";
  /** Absent where the method has no body. */
  body?: z.ZodObject;
  query?: z.ZodObject;
  /** For the document: the schemas of further request headers. */
  headers?: z.ZodObject;
  /** For the document: the answers that are no problems, by status. */
  answers: Record<number, { description: string; schema: z.ZodType; headers?: z.ZodObject }>;
  handle(call: Call<any>, query: any, context: Context): Promise<Response>;
}

/** Adds a route: whoever calls is first authenticated, then allowed, then understood. */
export function addRoute(app: OpenAPIHono, serving: Serving, route: Route): void {
  describeRoute(app.openAPIRegistry, serving.catalogue, route);
  const bodyOptional = route.body?.safeParse({}).success ?? true;
  app.on([route.method.toUpperCase()], [route.path.replaceAll(/\{(.+?)\}/g, ":$1")], async (context) => {
    const identity = await identify(context.req.header("authorization"), serving.authenticate);
    permit(identity, route.scopes);
    const id = route.path.includes("{id}") ? idOf(context) : "";
    const query = route.query && validated(route.query, context.req.query());
    const body = route.body && validated(route.body, await sent(context, bodyOptional));
    const call = { organisation: identity.organisation, may: (scope: string) => identity.scopes.has(scope), id, body };
    context.header("Cache-Control", "no-store");
    return route.handle(call, query, context);
  });
}

function idOf(context: Context): string {
  const id = uuid.safeParse(context.req.param("id"));
  if (!id.success) throw new Problem("not-found", "The id in the path is not a UUID.");
  return id.data;
}

/** The body, or an empty object in its place where nothing in it is required. */
async function sent(context: Context, optional: boolean): Promise<unknown> {
  const value = await readJson(context.req.raw);
  if (value === undefined && !optional) throw new Problem("invalid-request", "The body is missing.");
  return value === undefined ? {} : value;
}
