import { GetPublicKeyCommand, KMSClient, KMSServiceException, SignCommand } from "@aws-sdk/client-kms";
import { KmsRefused, KmsUnavailable } from "./kms-errors.ts";
import type { KmsKey } from "./kms-signer.ts";

/** Errors of the way to KMS, and of a KMS that is overloaded or down. */
const UNREACHABLE =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|TimeoutError|NetworkingError|ServiceUnavailable|Throttl|TooManyRequests|RequestLimitExceeded)/;

/**
 * A client for every key. Without an endpoint it is AWS's, with the credentials of the environment. What it tries for
 * one request ends within the ten seconds for which the owner of a lane has it for certain.
 */
export function kms(endpoint?: string): KMSClient {
  const local = endpoint && {
    endpoint,
    region: "local",
    credentials: { accessKeyId: "kapok", secretAccessKey: "kapok" },
  };
  const requestHandler = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true };
  return new KMSClient({ ...local, maxAttempts: 3, requestHandler });
}

/** @param id the ARN of a key of ECC_SECG_P256K1 and SIGN_VERIFY, or of an alias */
export function kmsKey(client: KMSClient, id: string): KmsKey {
  return {
    id,
    async publicKey() {
      const answer = await asked(id, client.send(new GetPublicKeyCommand({ KeyId: id })));
      return answer.PublicKey ?? new Uint8Array();
    },
    async sign(digest) {
      const input = { KeyId: id, Message: digest, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" } as const;
      const answer = await asked(id, client.send(new SignCommand(input)));
      return answer.Signature ?? new Uint8Array();
    },
  };
}

async function asked<T>(id: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // Its own message would quote the answer.
    if (error instanceof SyntaxError) throw new KmsUnavailable(id, new Error("the answer is not one of KMS"));
    if (passes(error as Failure)) throw new KmsUnavailable(id, error);
    throw error instanceof KMSServiceException ? new KmsRefused(id, error.name, error) : error;
  }
}

/** What the SDK says of a failure, whether KMS answered or nobody did. */
interface Failure {
  name?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

function passes({ name = "", code = "", $metadata }: Failure): boolean {
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 500 || status === 429 || UNREACHABLE.test(code) || UNREACHABLE.test(name);
}
