import { createHash } from "node:crypto";
import { Front } from "../../lambdas/core/accepting/front.ts";
import { accessTokens } from "../../lambdas/core/http/access-token.ts";
import { createApp } from "../../lambdas/core/http/app.ts";
import { serve } from "../../lambdas/core/http/server.ts";
import { saying } from "../../lambdas/core/log.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { openParts } from "./environment.ts";
import { endWithSupervisor, onHint, tellSupervisor } from "./supervised.ts";

/** The API as a process of its own. */
const { environment, kapok } = openParts("api", scenarios);
const { home, port } = environment;
endWithSupervisor();

const front = new Front(kapok, (organisation) => tellSupervisor({ hint: "queue", organisation }));
onHint((hint) => {
  if (hint.hint === "block") front.waiting.hint();
});

const credentials = await home.credentials();
if (!credentials) throw new Error(`${home.path} has no credentials.json`);
const clients = new Map(
  credentials.clients.map(({ clientId, clientSecret, organisation, scopes }) => {
    const secretHash = createHash("sha256").update(clientSecret, "utf8").digest("hex");
    return [clientId, { clientId, secretHash, organisation, scopes }];
  }),
);
const tokens = accessTokens(await home.tokenSecret(), credentials.apiUrl);

const app = createApp({
  scenarios,
  facadeFor: ({ name }) => front.facade(name),
  authenticate: tokens.authenticate,
  apiUrl: credentials.apiUrl,
  tokens: { findClient: async (clientId) => clients.get(clientId), issue: tokens.issue },
  version: "0.1.0",
  log: ({ requestId, method, path, error }) => {
    kapok.log.error("request-failed", { requestId, method, path, error: saying(error) });
  },
});
const listening = await serve(app, port);
tellSupervisor({ hint: "ready" });

process.on("SIGINT", () => {});
process.once("SIGTERM", () => {
  setTimeout(() => process.exit(0), 2000).unref();
  void listening.close().then(() => process.exit(0));
});
