import { jwtVerify, SignJWT } from "jose";
import type { Authenticate, Identity } from "./identity.ts";

/** Makes access tokens and verifies them. */
export interface AccessTokens {
  issue(identity: Identity): Promise<string>;
  authenticate: Authenticate;
}

/**
 * JWTs signed with a secret of this installation (HS256), for one machine. In AWS, Cognito signs instead.
 * @param secret at least 32 random bytes
 * @param issuer the API's URL, so that a token of one Kapok is none of another
 */
export function accessTokens(secret: Uint8Array, issuer: string): AccessTokens {
  return {
    issue: (identity) =>
      new SignJWT({ organisation: identity.organisation, scope: [...identity.scopes].join(" ") })
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
        .setIssuer(issuer)
        .setSubject(identity.client)
        .setIssuedAt()
        .setExpirationTime(identity.expiresAt)
        .sign(secret),

    async authenticate(token) {
      const claims = await verified(token, secret, issuer);
      if (typeof claims?.["organisation"] !== "string" || typeof claims["scope"] !== "string") return undefined;
      return {
        organisation: claims["organisation"],
        client: claims.sub!,
        scopes: new Set(claims["scope"].split(" ")),
        expiresAt: claims.exp!,
      };
    },
  };
}

async function verified(token: string, secret: Uint8Array, issuer: string) {
  const rules = { algorithms: ["HS256"], issuer, typ: "at+jwt", requiredClaims: ["exp", "sub"] };
  return jwtVerify(token, secret, rules).then(
    ({ payload }) => payload,
    () => undefined,
  );
}
