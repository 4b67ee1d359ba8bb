import { expect } from "chai";
import { Made, madeOfSample } from "./made.ts";
import { resourceStatements, roleStatements } from "./statements.ts";

/** An emulator enforces these policies; that they are the right ones it does not know. */
describe("Keys that sign", () => {
  const made = madeOfSample();
  const submitter = "state/Role-submitter.Arn";
  const deployer = "state/Role-deployer.Arn";
  const signers = {
    "Signer-harbour-hotel-1": submitter,
    "Signer-points-alliance-1": submitter,
    Administrator: deployer,
  };

  it("are one an organisation, and the administrator's", () => {
    expect(made.all("KMS::Key").map(({ path }) => path)).to.deep.equal([
      "state/Signer-harbour-hotel-1",
      "state/Signer-kapok-tea-house-1",
      "state/Signer-lotus-hill-park-1",
      "state/Signer-points-alliance-1",
      "state/Administrator",
    ]);
    const aliases = made
      .all("KMS::Alias")
      .map(({ properties }) => [properties["AliasName"], properties["TargetKeyId"]]);
    expect(aliases).to.deep.equal([
      ["alias/kapok/harbour-hotel/1", "state/Signer-harbour-hotel-1.Arn"],
      ["alias/kapok/kapok-tea-house/1", "state/Signer-kapok-tea-house-1.Arn"],
      ["alias/kapok/lotus-hill-park/1", "state/Signer-lotus-hill-park-1.Arn"],
      ["alias/kapok/points-alliance/1", "state/Signer-points-alliance-1.Arn"],
      ["alias/kapok/administrator", "state/Administrator.Arn"],
    ]);
  });

  it("are of the chain's curve, and only sign", () => {
    for (const { properties } of made.all("KMS::Key")) {
      expect(properties).to.include({ KeySpec: "ECC_SECG_P256K1", KeyUsage: "SIGN_VERIFY" });
      // Automatic rotation is not for such keys, and another region must not have a copy.
      expect(properties).to.not.have.any.keys("EnableKeyRotation", "MultiRegion", "BypassPolicyLockoutSafetyCheck");
    }
  });

  for (const [key, signer] of Object.entries(signers)) {
    it(`sign for one role, whatever other policies say: ${key}`, () => {
      const statements = resourceStatements(made).filter(({ where }) => where === `state/${key}`);
      const about = (...actions: string[]) => statements.filter(({ action }) => actions.includes(action));
      expect(about("kms:Sign").map(({ where: _, ...said }) => said)).to.deep.equal([
        {
          effect: "Allow",
          principal: { AWS: signer },
          action: "kms:Sign",
          resource: "*",
          condition: { StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "DIGEST" } },
        },
        {
          effect: "Deny",
          principal: { AWS: "*" },
          action: "kms:Sign",
          resource: "*",
          condition: { ArnNotEquals: { "aws:PrincipalArn": signer } },
        },
      ]);
      // A grant would let somebody else sign beside all policies.
      expect(about("kms:CreateGrant").map(({ where: _, ...said }) => said)).to.deep.equal([
        { effect: "Deny", principal: { AWS: "*" }, action: "kms:CreateGrant", resource: "*" },
      ]);
    });

    it(`let the account do what is on this list, and nothing that signs: ${key}`, () => {
      const root = { AWS: "arn:aws:iam::123456789012:root" };
      const allowed = resourceStatements(made).filter(
        ({ where, principal }) => where === `state/${key}` && JSON.stringify(principal) === JSON.stringify(root),
      );
      expect(allowed.map(({ action }) => action.replace("kms:", ""))).to.deep.equal([
        "CancelKeyDeletion",
        "CreateAlias",
        "DeleteAlias",
        "DescribeKey",
        "DisableKey",
        "EnableKey",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "GetPublicKey",
        "ListGrants",
        "ListKeyPolicies",
        "ListResourceTags",
        "PutKeyPolicy",
        "RevokeGrant",
        "ScheduleKeyDeletion",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateKeyDescription",
      ]);
    });
  }

  it("are in no role's own policy: what a key says is all", () => {
    expect(roleStatements(made).filter(({ action }) => action.startsWith("kms:"))).to.deep.equal([]);
  });

  it("tell a person when somebody touches one, by a rule each", () => {
    const rules = made.all("Events::Rule").filter(({ path }) => path.includes("Touched"));
    const watched = rules.map(({ properties }) => properties["EventPattern"].detail.resources.ARN);
    expect(watched).to.deep.equal(made.all("KMS::Key").map(({ path }) => [`${path}.Arn`]));
    for (const { properties } of rules) {
      const { EventPattern: pattern, Targets: targets, State: state } = properties;
      expect(state).to.equal("ENABLED");
      expect(pattern.source).to.deep.equal(["aws.kms"]);
      expect(pattern["detail-type"]).to.deep.equal(["AWS API Call via CloudTrail"]);
      expect(pattern.detail.eventName).to.deep.equal([
        "PutKeyPolicy",
        "CreateGrant",
        "DisableKey",
        "EnableKey",
        "ScheduleKeyDeletion",
        "CancelKeyDeletion",
        "UpdateAlias",
        "DeleteAlias",
      ]);
      expect(targets).to.have.length(1);
      expect(targets[0].Arn).to.equal("state/Alarms");
      expect(targets[0].InputTransformer.InputTemplate).to.match(/docs\/operations\.md#key-touched"$/);
    }
  });

  it("can be many: a rule's pattern has room for 2048 characters", () => {
    const many = new Made((settings) => {
      for (let n = 0; n < 40; n++) {
        settings.organisations.push({ id: `hotel-${n}`, name: `Hotel ${n}`, roles: ["points:merchant"] });
      }
    });
    // The ARN of a key has 75 characters.
    const longest = many.all("Events::Rule").map(({ properties }) => {
      const pattern = JSON.stringify(properties["EventPattern"] ?? "");
      return pattern.length + 75 * (properties["EventPattern"]?.detail.resources.ARN.length ?? 0);
    });
    expect(Math.max(...longest)).to.be.below(2048);
  });
});
