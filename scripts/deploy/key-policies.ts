import { Deployment } from "../../cdk/core/deployment.ts";
import { foreignKey } from "../../lambdas/core/settings.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import type { DeployedSettings } from "./deployed-settings.ts";

/** What an organisation whose key is in its own account has to let this deployment do, a policy statement each. */
export function keyPolicies({ settings, account }: DeployedSettings): string[] {
  const deployment = new Deployment(settings, scenarios, {});
  const role = (part: string) => `arn:aws:iam::${account}:role/${deployment.roleName(part)}`;
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
  return deployment.ownOrganisations.flatMap((organisation) => {
    const key = foreignKey(organisation);
    return key
      ? [`${organisation.id} puts this into the policy of ${key}:\n${JSON.stringify(statements, null, 2)}`]
      : [];
  });
}
