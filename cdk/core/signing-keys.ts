import { RemovalPolicy } from "aws-cdk-lib";
import type { Role } from "aws-cdk-lib/aws-iam";
import { AccountRootPrincipal, AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import type { KeyNames } from "../../lambdas/core/functions/deployed-keys.ts";
import type { OrganisationSettings } from "../../lambdas/core/settings.ts";
import { foreignKey } from "../../lambdas/core/settings.ts";
import type { Deployment } from "./deployment.ts";

/** Which keys a deployment signs with. An alias may have slashes and no dots, an id the other way round. */
export function keyNames(deployment: Deployment): KeyNames {
  const alias = (organisation: string, generation: number) =>
    `alias/${deployment.name}/${organisation.replaceAll(".", "/")}/${generation}`;
  const organisations = deployment.ownOrganisations.map((organisation) => {
    const foreign = foreignKey(organisation);
    const names = Array.from({ length: generationsOf(organisation) }, (_, index) => alias(organisation.id, index + 1));
    return [organisation.id, foreign ? [foreign] : names] as const;
  });
  const administrator = deployment.administers && { administrator: `alias/${deployment.name}/administrator` };
  return { organisations: Object.fromEntries(organisations), ...administrator };
}

/** Who signs with which keys. */
interface Signers {
  submitter: Role;
  deployer: Role;
}

/**
 * Makes one key an organisation and generation, and one for the administrator.
 * @returns the keys
 */
export function signingKeys(scope: Construct, deployment: Deployment, { submitter, deployer }: Signers): Key[] {
  const { organisations, administrator } = keyNames(deployment);
  const keys: Key[] = [];
  for (const [id, names] of Object.entries(organisations)) {
    for (const [index, name] of names.entries()) {
      if (!name.startsWith("alias/")) continue;
      const description = `Kapok ${deployment.name}: signs for ${id}`;
      keys.push(signingKey(scope, `Signer-${id}-${index + 1}`, name, description, submitter, [deployer]));
    }
  }
  if (administrator) {
    const description = `Kapok ${deployment.name}: administers the book`;
    keys.push(signingKey(scope, "Administrator", administrator, description, deployer, []));
  }
  return keys;
}

function generationsOf({ signer }: OrganisationSettings): number {
  return typeof signer === "object" && "generation" in signer ? signer.generation : 1;
}

/** What the account may delegate: everything but signing, and lending it to others. */
const administering = [
  "DescribeKey",
  "GetPublicKey",
  "GetKeyPolicy",
  "GetKeyRotationStatus",
  "ListKeyPolicies",
  "ListResourceTags",
  "PutKeyPolicy",
  "UpdateKeyDescription",
  "EnableKey",
  "DisableKey",
  "TagResource",
  "UntagResource",
  "ScheduleKeyDeletion",
  "CancelKeyDeletion",
  "CreateAlias",
  "DeleteAlias",
  "UpdateAlias",
  "ListGrants",
  "RevokeGrant",
];

/**
 * A key with which one role may sign and nobody else, whatever policies say elsewhere. Who administers the account can
 * still change this policy; an alarm says so.
 */
function signingKey(
  scope: Construct,
  id: string,
  alias: string,
  description: string,
  signer: Role,
  readers: Role[],
): Key {
  const policy = new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: "TheAccountAdministers",
        principals: [new AccountRootPrincipal()],
        actions: administering.map((action) => `kms:${action}`),
        resources: ["*"],
      }),
      new PolicyStatement({
        sid: "OneRoleSigns",
        principals: [signer],
        actions: ["kms:Sign"],
        resources: ["*"],
        conditions: { StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "DIGEST" } },
      }),
      new PolicyStatement({
        sid: "WhoSignsReadsThePublicKey",
        principals: [signer, ...readers],
        actions: ["kms:GetPublicKey"],
        resources: ["*"],
      }),
      new PolicyStatement({
        sid: "NobodyElseSigns",
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ["kms:Sign"],
        resources: ["*"],
        conditions: { ArnNotEquals: { "aws:PrincipalArn": signer.roleArn } },
      }),
      new PolicyStatement({
        sid: "NobodyLendsIt",
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ["kms:CreateGrant"],
        resources: ["*"],
      }),
    ],
  });
  const key = new Key(scope, id, {
    description,
    keySpec: KeySpec.ECC_SECG_P256K1,
    keyUsage: KeyUsage.SIGN_VERIFY,
    policy,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  // By its alias a key is found again.
  key.addAlias(alias).applyRemovalPolicy(RemovalPolicy.RETAIN);
  return key;
}
