import { createHash } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Logger } from "../log.ts";
import { saying } from "../log.ts";

/** What a secret holds never changes, so this only bounds for how long one is accepted that somebody took away. */
const FRESH_MILLISECONDS = 3_600_000;
/** When they are read again where not all of them could be: one may not be there yet, or not any more. */
const AGAIN_MILLISECONDS = 60_000;
/** For how long those that were read last are good where they cannot be read again. */
const LONGEST_MILLISECONDS = 4 * 3_600_000;

/** What Secrets Manager says of a secret that is not there, is about to be deleted, or is not ours to read any more. */
const GONE = ["ResourceNotFoundException", "InvalidRequestException", "AccessDeniedException"];

/** Reads one secret; undefined where there is none for us. */
export type ReadSecret = (name: string) => Promise<string | undefined>;

/** The sha256 of each secret that a request may carry. */
export type OriginSecrets = () => Promise<readonly Buffer[]>;

/**
 * The origin's secrets, read with the function's own role and kept. When they cannot be read again, the old ones go on for
 * a while: Secrets Manager alone never closes the API.
 * @param names of the secrets in Secrets Manager
 * @param log is told of what could not be read
 * @param clock milliseconds that nobody sets back
 */
export function originSecrets(
  names: readonly string[],
  log: Logger,
  read: ReadSecret = secretReader(),
  clock: () => number = () => performance.now(),
): OriginSecrets {
  let known: readonly Buffer[] = [];
  let readAt = -Infinity;
  let nextAt = -Infinity;
  let reading: Promise<void> | undefined;

  const refresh = async () => {
    const began = clock();
    try {
      const found = await Promise.all(names.map(read));
      const secrets = found.filter((secret) => secret !== undefined);
      if (secrets.length === 0) throw new Error(`none of the secrets ${names.join(", ")} can be read: deploy again`);
      known = secrets.map(digest);
      readAt = began;
      nextAt = began + (secrets.length === names.length ? FRESH_MILLISECONDS : AGAIN_MILLISECONDS);
    } catch (error) {
      log.error("origin-secrets-unread", { error: saying(error) });
      if (clock() - readAt > LONGEST_MILLISECONDS) throw error;
      nextAt = clock() + AGAIN_MILLISECONDS;
    }
  };

  return async () => {
    if (clock() >= nextAt) await (reading ??= refresh().finally(() => (reading = undefined)));
    return known;
  };
}

/** Secrets and what requests bring are compared as hashes of one length. */
export function digest(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

/** Nobody waits long for it: the client sends its request again. */
function secretReader(): ReadSecret {
  const client = new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
  return async (SecretId) => {
    try {
      return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    } catch (error) {
      if (GONE.includes((error as Error).name)) return undefined;
      throw error;
    }
  };
}
