import type { DeployedSettings } from "./deployed-settings.ts";

/** What an organisation whose key is in its own account has to let this deployment do, a policy statement each. */
export function keyPolicies({ settings, cloud, account, region }: DeployedSettings): string[] {
  const role = (part: string) => `arn:aws:iam::${account}:role/${cloud.deployment}-${part}-${region}`;
  const statements = [
    {
      Sid: "KapokSigns",
      Effect: "Allow",
      Principal: { AWS: role("submitter") },
      Action: ["kms:Sign", "kms:GetPublicKey"],
      Resource: "*",
    },
    {
      Sid: "KapokReads",
      Effect: "Allow",
      Principal: { AWS: role("deployer") },
      Action: "kms:GetPublicKey",
      Resource: "*",
    },
  ];
  return settings.organisations.flatMap(({ id, signer }) =>
    typeof signer === "object" && "keyArn" in signer
      ? [`${id} puts this into the policy of ${signer.keyArn}:\n${JSON.stringify(statements, null, 2)}`]
      : [],
  );
}
