import type { OpenAPIHono } from "@hono/zod-openapi";
import * as z from "zod";
import type { Facade } from "../facade.ts";
import type { Api } from "./api.ts";
import { addRoute } from "./route.ts";
import { cursor, limit } from "./schemas.ts";
import type { Serving } from "./serving.ts";
import { addWriteRoute, writeProblems } from "./write-route.ts";

const defaultLimit = 50;
const pageQuery = z.object({ limit: limit.optional(), cursor: cursor.optional() });

/** The {@link Api} through which one scenario adds its routes. */
export function scenarioApi(app: OpenAPIHono, serving: Serving, scenario: string, facade: Facade): Api {
  const placed = <Route extends { path: string }>(route: Route) => ({
    ...route,
    tag: scenario,
    path: `/v1/${scenario}${route.path}`,
  });

  return {
    write: (route) => addWriteRoute(app, serving, scenario, facade, placed(route)),

    post: (route) =>
      addRoute(app, serving, {
        ...placed(route),
        method: "post",
        problems: [...writeProblems, ...(route.problems ?? [])],
        answers: { [route.status]: { description: "Done", schema: route.answer } },
        handle: async (call, _query, context) => context.json((await route.handle(call)) as {}, route.status),
      }),

    read: (route) =>
      addRoute(app, serving, {
        ...placed(route),
        method: "get",
        answers: { 200: { description: "What is asked for", schema: route.answer } },
        handle: async (call, _query, context) => context.json((await route.handle(call)) as {}),
      }),

    list: (route) =>
      addRoute(app, serving, {
        ...placed(route),
        method: "get",
        query: pageQuery,
        answers: {
          200: {
            description: "One page",
            schema: z.strictObject({ [route.items]: z.array(route.item), cursor: cursor.optional() }),
          },
        },
        async handle(call, query: z.output<typeof pageQuery>, context) {
          const page = await route.handle(call, { limit: query.limit ?? defaultLimit, cursor: query.cursor });
          return context.json({ [route.items]: page.items, ...(page.cursor ? { cursor: page.cursor } : {}) });
        },
      }),
  };
}
