import { createRemoteJWKSet, jwtVerify } from "jose";
import { Problem } from "../problem.ts";
import type { Authenticate } from "./identity.ts";

/** To which organisation a client belongs; undefined where nobody issued it. */
export type OrganisationOfClient = (clientId: string) => Promise<string | undefined>;

/** A token signed with a key that nobody has seen makes us ask for the keys again, and no more often than this. */
const COOLDOWN_MILLISECONDS = 30_000;

/**
 * Verifies access tokens that an Amazon Cognito user pool gave for client credentials: issuer, signature, use and client.
 * A scope `points/write` of a resource server is `points:write` here.
 * @param issuer the pool's URL, `https://cognito-idp.<region>.amazonaws.com/<pool>`
 */
export function cognitoTokens(issuer: string, organisationOf: OrganisationOfClient): Authenticate {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
    cooldownDuration: COOLDOWN_MILLISECONDS,
    timeoutDuration: 8000,
  });
  return async (token) => {
    const claims = await verified(token, keys, issuer);
    const client = claims?.["client_id"];
    if (claims?.["token_use"] !== "access" || typeof client !== "string" || typeof claims["scope"] !== "string") {
      return undefined;
    }
    const organisation = await organisationOf(client);
    if (organisation === undefined) return undefined;
    const scopes = new Set(claims["scope"].split(" ").map((scope) => scope.replace("/", ":")));
    return { organisation, client, scopes, expiresAt: claims.exp! };
  };
}

async function verified(token: string, keys: ReturnType<typeof createRemoteJWKSet>, issuer: string) {
  const rules = { issuer, algorithms: ["RS256"], requiredClaims: ["exp", "client_id"] };
  try {
    return (await jwtVerify(token, keys, rules)).payload;
  } catch (error) {
    // That the pool does not answer is not the token's fault.
    const { code = "" } = error as { code?: string };
    if (!["ERR_JWKS_TIMEOUT", "ERR_JOSE_GENERIC"].includes(code)) return undefined;
    throw new Problem("keys-unavailable", "The issuer of tokens does not answer.", {}, { "Retry-After": "2" });
  }
}
