import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { Chain } from "../chain/chain.ts";

/** What the secret of the chain's nodes holds, as JSON. */
const secret = z.strictObject({
  /** JSON-RPC endpoints of one chain; the next one is asked when one does not answer. */
  urls: z.array(z.url()).min(1),
  /** Sent with every request, such as one that lets us in. */
  headers: z.record(z.string(), z.string()).default({}),
  /** The authority that the endpoints' certificates are of, PEM, where that is a private one. */
  ca: z.string().optional(),
});

/** The chain whose endpoints a secret holds: they never stand in a template or in a function's environment. */
export async function openChain(secretArn: string): Promise<Chain> {
  const client = new SecretsManagerClient();
  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const { urls, headers, ca } = parsed(secretArn, SecretString);
  if (ca) setDefaultCACertificates([...getCACertificates(), ca]);
  return new Chain(urls, headers);
}

/** The error says what is wrong with the secret, and nothing of what it holds. */
function parsed(secretArn: string, text: string): z.output<typeof secret> {
  try {
    return secret.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `the secret ${secretArn} is not JSON of the form { "urls": [...], "headers"?: {...}, "ca"?: "..." }`,
    );
  }
}
