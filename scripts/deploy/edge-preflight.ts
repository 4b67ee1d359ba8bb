import type { CloudSettings } from "../../lambdas/core/cloud-settings.ts";
import { readOriginSecret } from "./outputs.ts";

/**
 * The edge may only come to send a secret that the functions accept already, or nobody gets through until the last of them
 * is deployed.
 * @throws Error where the settings skip one
 */
export async function expectNextSecret(
  { deployment, edge }: CloudSettings,
  read: (deployment: string) => Promise<number | undefined> = readOriginSecret,
): Promise<string> {
  const wanted = edge!.originSecret;
  const sent = await read(deployment);
  if (sent !== undefined && Math.abs(wanted - sent) > 1) {
    throw new Error(
      `cloud.edge.originSecret is ${wanted}, and the edge sends ${sent}: set it to ${sent + Math.sign(wanted - sent)} and ` +
        `deploy, and go on from there one by one, or the API refuses everybody for a while`,
    );
  }
  return `edge: sends the origin's secret ${wanted}`;
}

/** What an operator should know of the edge that is asked for. */
export function edgeAdvice({ edge }: CloudSettings): string[] {
  if (!edge || edge.domain) return [];
  return [
    "The edge has no name of its own: CloudFront lets clients speak TLS 1.0 to a name of cloudfront.net. Give it one with " +
      "cloud.edge.domain, and nobody speaks anything older than TLS 1.2.",
  ];
}
