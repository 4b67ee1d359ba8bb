import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { readBody } from "./body.ts";
import type { Identity } from "./identity.ts";

/** An OAuth client. Its secret is kept as a hash only. */
export interface Client {
  clientId: string;
  /** What {@link hashSecret} makes of the secret. */
  secretHash: string;
  organisation: string;
  scopes: readonly string[];
}

/** sha256 of a secret's UTF-8, hex. Secrets are long and random, so a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}

/** What the token endpoint of one machine needs. */
export interface TokenEndpoint {
  findClient(clientId: string): Promise<Client | undefined>;
  issue(identity: Identity): Promise<string>;
}

const lifetimeSeconds = 3600;

/** An error of RFC 6749, 5.2. */
class TokenError extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.name = "TokenError";
    this.error = error;
  }
}

/** `POST /oauth2/token`: client credentials (RFC 6749, 4.4), form encoded; the client by HTTP Basic or in the body. */
export async function answerToken(context: Context, endpoint: TokenEndpoint): Promise<Response> {
  context.header("Cache-Control", "no-store");
  context.header("Pragma", "no-cache");
  try {
    const form = await readForm(context);
    const grant = required(form, "grant_type");
    if (grant !== "client_credentials") {
      throw new TokenError("unsupported_grant_type", "Only client_credentials is supported.");
    }
    const client = await authenticateClient(context.req.header("authorization"), form, endpoint);
    const scopes = narrowed(client.scopes, form.get("scope"));
    const expiresAt = Math.floor(Date.now() / 1000) + lifetimeSeconds;
    const { organisation, clientId } = client;
    const token = await endpoint.issue({ organisation, client: clientId, scopes: new Set(scopes), expiresAt });
    const answer = { access_token: token, token_type: "Bearer", expires_in: lifetimeSeconds, scope: scopes.join(" ") };
    return context.json(answer);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const unknown = error.error === "invalid_client";
    if (unknown) context.header("WWW-Authenticate", 'Basic realm="kapok"');
    return context.json({ error: error.error, error_description: error.message }, unknown ? 401 : 400);
  }
}

async function readForm(context: Context): Promise<Map<string, string>> {
  const type = context.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new TokenError("invalid_request", "Send the parameters as application/x-www-form-urlencoded.");
  }
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(await readBody(context.req.raw)))) {
    if (form.has(name)) throw new TokenError("invalid_request", "A parameter is sent more than once.");
    form.set(name, value);
  }
  return form;
}

function required(form: Map<string, string>, name: string): string {
  const value = form.get(name);
  if (!value) throw new TokenError("invalid_request", `The parameter ${name} is missing.`);
  return value;
}

async function authenticateClient(
  authorization: string | undefined,
  form: Map<string, string>,
  endpoint: TokenEndpoint,
): Promise<Client> {
  const [clientId, secret] = credentials(authorization, form);
  const client = await endpoint.findClient(clientId);
  const given = Buffer.from(hashSecret(secret), "hex");
  // An unknown client is compared with something too, so that time does not tell it from a wrong secret.
  const expected = client === undefined ? Buffer.alloc(32) : Buffer.from(client.secretHash, "hex");
  const same = expected.length === given.length && timingSafeEqual(expected, given);
  if (client === undefined || !same) throw new TokenError("invalid_client", "Unknown client or wrong secret.");
  return client;
}

function credentials(authorization: string | undefined, form: Map<string, string>): [string, string] {
  const clientId = form.get("client_id");
  const secret = form.get("client_secret");
  if (authorization === undefined) {
    if (!clientId || !secret) throw new TokenError("invalid_client", "The client's id and secret are missing.");
    return [clientId, secret];
  }
  const [basicId, basicSecret] = basic(authorization);
  if (secret !== undefined || (clientId !== undefined && clientId !== basicId)) {
    throw new TokenError("invalid_request", "Name the client once: by HTTP Basic or in the body.");
  }
  return [basicId, basicSecret];
}

/** RFC 6749, 2.3.1: both parts are form encoded before they go into the Basic scheme. */
function basic(authorization: string): [string, string] {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization)?.[1];
  const [, clientId, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? "", "base64").toString("utf8")) ?? [];
  if (clientId === undefined || secret === undefined) {
    throw new TokenError("invalid_client", "The Authorization header is not of the form `Basic …`.");
  }
  return [formDecoded(clientId), formDecoded(secret)];
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new TokenError("invalid_client", "The client's id or secret is not well encoded.");
  }
}

/**
 * The scopes asked for, when the client has all of them; without asking, all that the client has. `points/read` asks for
 * `points:read`, as it has to in Cognito: so a client asks in the same way here and in the cloud.
 */
function narrowed(granted: readonly string[], asked: string | undefined): string[] {
  const scopes = [...new Set((asked ?? "").split(" ").filter((scope) => scope !== ""))].map((scope) =>
    scope.replace("/", ":"),
  );
  if (scopes.length === 0) return [...granted];
  const excess = scopes.some((scope) => !granted.includes(scope));
  if (excess) throw new TokenError("invalid_scope", "The client does not have every scope that is asked for.");
  return scopes;
}
