import { Problem } from "../problem.ts";

/** Who calls: what a verified access token says. */
export interface Identity {
  organisation: string;
  client: string;
  scopes: ReadonlySet<string>;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** Verifies an access token; undefined when it is not valid (any more). */
export type Authenticate = (token: string) => Promise<Identity | undefined>;

/**
 * The identity behind an Authorization header.
 * @throws Problem `unauthorized`, with the challenge of RFC 6750
 */
export async function identify(authorization: string | undefined, authenticate: Authenticate): Promise<Identity> {
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    throw new Problem("unauthorized", "This needs `Authorization: Bearer` with an access token.", {}, challenge());
  }
  const identity = await authenticate(token);
  if (identity === undefined) {
    const detail = "The access token is not valid, or not any more.";
    throw new Problem("unauthorized", detail, {}, challenge("invalid_token"));
  }
  return identity;
}

/**
 * Lets an identity pass that has one of `scopes`.
 * @throws Problem `forbidden`, with the `scope` that is missing
 */
export function permit(identity: Identity, scopes: readonly string[]): void {
  if (scopes.some((scope) => identity.scopes.has(scope))) return;
  const detail = `The token lacks the scope ${scopes.join(" or ")}.`;
  throw new Problem("forbidden", detail, { scope: scopes.join(" ") }, challenge("insufficient_scope", scopes));
}

/**
 * Remembers what `authenticate` found until the token expires, since a client sends the same token thousands of times.
 * @param limit most tokens remembered; the one remembered first is forgotten first
 */
export function remembering(authenticate: Authenticate, limit = 10_000): Authenticate {
  const known = new Map<string, Identity>();
  return async (token) => {
    const remembered = known.get(token);
    if (remembered !== undefined && remembered.expiresAt * 1000 > Date.now()) return remembered;
    known.delete(token);
    const identity = await authenticate(token);
    if (identity === undefined) return undefined;
    if (known.size >= limit) known.delete(known.keys().next().value!);
    known.set(token, identity);
    return identity;
  };
}

function challenge(error?: string, scopes: readonly string[] = []): Record<string, string> {
  const parts = ['Bearer realm="kapok"'];
  if (error !== undefined) parts.push(`error="${error}"`);
  if (scopes.length > 0) parts.push(`scope="${scopes.join(" ")}"`);
  return { "WWW-Authenticate": parts.join(", ") };
}
