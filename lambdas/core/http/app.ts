import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Facade } from "../facade.ts";
import type { Service } from "../scenario.ts";
import { docsPage } from "./docs.ts";
import { remembering } from "./identity.ts";
import type { Authenticate } from "./identity.ts";
import { openapiDocument } from "./openapi.ts";
import type { OpenapiDocument } from "./openapi.ts";
import { addOperationRoute } from "./operation-route.ts";
import { answerError, answerProblem, catalogueOf, problemDocument } from "./problem-document.ts";
import { problemIndexPage, problemPage } from "./problem-pages.ts";
import { scenarioApi } from "./scenario-api.ts";
import type { Failure, Serving } from "./serving.ts";
import { answerToken } from "./token-endpoint.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

/** What the API is made of. */
export interface AppParts {
  scenarios: readonly Service[];
  facadeFor(scenario: Service): Facade;
  /** Whether somebody else serves what is below a scenario: then its routes are described here, and lead nowhere. */
  elsewhere?: boolean;
  /** Verifies an access token; what it finds is remembered until the token expires. */
  authenticate: Authenticate;
  /** The API's own URL, without a slash at its end. */
  apiUrl: string;
  /** Where clients get tokens; the API's own `/oauth2/token` when absent. */
  tokenUrl?: string;
  /** Answers `/oauth2/token` itself; absent where somebody else gives tokens. */
  tokens?: TokenEndpoint;
  /** For how long `Prefer: wait` may hold a request at most; the usual time when absent. */
  longestWaitSeconds?: number;
  version: string;
  log(failure: Failure): void;
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The whole HTTP API as one application, for a Node server and for a Lambda alike. */
export function createApp(parts: AppParts): OpenAPIHono {
  const { scenarios, apiUrl, tokens, log } = parts;
  const catalogue = catalogueOf(scenarios);
  const { longestWaitSeconds } = parts;
  const authenticate = remembering(parts.authenticate);
  const serving: Serving = { apiUrl, log, catalogue, authenticate, longestWaitSeconds };
  const app = new OpenAPIHono();

  addOperationRoute(app, serving, scenarios, parts.facadeFor);
  for (const scenario of scenarios) {
    if (parts.elsewhere) app.use(`/v1/${scenario.name}/*`, async (context) => nothingHere(context, serving, app));
    const facade = parts.facadeFor(scenario);
    scenario.routes(scenarioApi(app, serving, scenario.name, facade), facade);
  }

  if (tokens) app.post("/oauth2/token", (context) => answerToken(context, tokens));
  app.get("/healthz", (context) => context.json({ status: "ok" }));

  const tokenUrl = parts.tokenUrl ?? `${apiUrl}/oauth2/token`;
  // Made when first asked for, since a function that starts cold has more urgent things to do.
  let made: OpenapiDocument | undefined;
  const document = () => (made ??= openapiDocument(app, { apiUrl, tokenUrl, version: parts.version, scenarios }));
  app.get("/openapi.json", (context) => context.json(document()));
  app.get("/docs", (context) => context.html(docsPage(document())));
  app.get("/problems", (context) => context.html(problemIndexPage(catalogue)));
  app.get("/problems/:name", (context) => {
    const kind = Object.hasOwn(catalogue, context.req.param("name")) && catalogue[context.req.param("name")];
    return kind ? context.html(problemPage(context.req.param("name"), kind)) : nothingHere(context, serving, app);
  });

  app.notFound((context) => nothingHere(context, serving, app));
  app.onError((error, context) => answerError(context, serving, error));
  return app;
}

/** 404, or 405 with Allow where the path has other methods; 204 with Allow for OPTIONS. */
function nothingHere(context: Context, serving: Serving, app: OpenAPIHono): Response {
  const { method, path } = context.req;
  const had = methods.filter((each) => app.router.match(each, path)[0].length > 0);
  const allowed = had.flatMap((each) => (each === "GET" ? ["GET", "HEAD"] : [each]));
  const allow = { Allow: [...allowed, "OPTIONS"].join(", ") };
  if (allowed.length === 0 || allowed.includes(method)) {
    return answerProblem(context, problemDocument(serving, { name: "not-found", detail: "This path leads nowhere." }));
  }
  if (method === "OPTIONS") return context.body(null, 204, allow);
  const detail = `This path has ${allowed.join(", ")}.`;
  return answerProblem(context, problemDocument(serving, { name: "method-not-allowed", detail }), allow);
}
