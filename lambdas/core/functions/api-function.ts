import type { LambdaContext, LambdaEvent } from "hono/aws-lambda";
import { handle } from "hono/aws-lambda";
import * as z from "zod";
import { Front } from "../accepting/front.ts";
import { createApp } from "../http/app.ts";
import { cognitoTokens } from "../http/cognito-token.ts";
import { Kapok } from "../kapok.ts";
import { logger, saying } from "../log.ts";
import type { Service } from "../scenario.ts";
import { readClient } from "../store/clients.ts";
import { dynamodb } from "../store/table.ts";
import { originSecrets } from "./origin-secrets.ts";
import { throughEdge } from "./through-edge.ts";
import { names, readVariables, tables } from "./variables.ts";

const variables = z.object({
  DEPLOYMENT: z.string(),
  TABLES: tables,
  API_URL: z.url(),
  TOKEN_URL: z.url(),
  TOKEN_ISSUER: z.url(),
  LONGEST_WAIT_SECONDS: z.coerce.number().int().min(0).max(20),
  VERSION: z.string(),
  /** Names of the secrets by which a request shows that it came through the edge; absent where there is none. */
  ORIGIN_SECRETS: names.optional(),
});

/**
 * The API of some scenarios as a function behind an HTTP API. Nobody needs to be woken: the table's stream does that.
 * @param elsewhere whether each scenario has a function of its own, and this one only describes them
 */
export function apiFunction(part: string, scenarios: readonly Service[], { elsewhere = false } = {}) {
  const { DEPLOYMENT, TABLES, API_URL, TOKEN_URL, TOKEN_ISSUER, LONGEST_WAIT_SECONDS, VERSION, ORIGIN_SECRETS } =
    readVariables(variables);
  const kapok = new Kapok(scenarios, dynamodb(), TABLES, logger(part, DEPLOYMENT), false);
  const front = new Front(kapok, () => {});
  const organisationOf = async (client: string) => (await readClient(kapok.core, client))?.organisation;
  const app = createApp({
    scenarios,
    elsewhere,
    facadeFor: ({ name }) => front.facade(name),
    authenticate: cognitoTokens(TOKEN_ISSUER, organisationOf),
    apiUrl: API_URL,
    tokenUrl: TOKEN_URL,
    longestWaitSeconds: LONGEST_WAIT_SECONDS,
    version: VERSION,
    log: ({ requestId, method, path, error }) => {
      kapok.log.error("request-failed", { requestId, method, path, error: saying(error) });
    },
  });
  const answer = ORIGIN_SECRETS ? throughEdge(handle(app), originSecrets(ORIGIN_SECRETS, kapok.log)) : handle(app);
  return (event: LambdaEvent, context?: LambdaContext) => answer(withKeyAsSent(event), context);
}

/**
 * Hono encodes headers that are not ASCII, and an encoded key would be another key: such a one stands as a character that
 * no key may have.
 */
function withKeyAsSent(event: LambdaEvent): LambdaEvent {
  const { headers } = event;
  for (const [name, value = ""] of Object.entries(headers ?? {})) {
    if (headers && name.toLowerCase() === "idempotency-key" && /[^ -~]/.test(value)) headers[name] = "\x7f";
  }
  return event;
}
