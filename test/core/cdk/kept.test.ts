import { expect } from "chai";
import { madeOfSample } from "./made.ts";

/** No emulator loses anything by itself; an account does, by a slip. */
describe("What a deployment keeps", () => {
  const made = madeOfSample();

  it("stays when its stack goes, or when it is replaced", () => {
    const state = made.resources.filter(({ stack }) => stack === "state");
    const stays = state.filter(({ onDelete, onReplace }) => onDelete === "Retain" && onReplace === "Retain");
    expect([...new Set(stays.map(({ type }) => type))].toSorted()).to.deep.equal([
      "AWS::Cognito::UserPool",
      "AWS::Cognito::UserPoolClient",
      "AWS::Cognito::UserPoolDomain",
      "AWS::Cognito::UserPoolResourceServer",
      "AWS::DynamoDB::Table",
      "AWS::IAM::Role",
      "AWS::KMS::Alias",
      "AWS::KMS::Key",
      "AWS::SNS::Topic",
    ]);
    // These hold nothing: who may speak to the topic, who hears it (another address must end the first one), and rules.
    expect(
      [...new Set(state.filter((each) => !stays.includes(each)).map(({ type }) => type))].toSorted(),
    ).to.deep.equal(["AWS::Events::Rule", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy"]);
  });

  it("is in the one stack that nobody deletes by mistake", () => {
    expect(made.protected).to.deep.equal({ state: true, core: false, points: false });
    const elsewhere = made.resources.filter(({ stack, onDelete }) => stack !== "state" && onDelete === "Retain");
    expect(elsewhere).to.deep.equal([]);
    expect(made.all("DynamoDB::Table").map(({ stack }) => stack)).to.deep.equal(["state", "state"]);
  });

  for (const [noun, stream] of Object.entries({ core: { StreamViewType: "NEW_IMAGE" }, points: undefined })) {
    it(`can be recovered as of any second, costs nothing where nothing happens, and expires never: table ${noun}`, () => {
      const { Tags: _, ...properties } = made.at(`state/Table-${noun}`).properties;
      // By value, so that it has no TimeToLiveSpecification either: an Idempotency-Key holds for ever, and a projection is
      // as old as its book. Only core's has a stream: it wakes submitters, who look at what became of a row.
      expect(properties).to.deep.equal({
        TableName: `kapok-${noun}`,
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        ...(stream && { StreamSpecification: stream }),
      });
    });
  }

  it("has a user pool that nobody deletes by mistake, without users", () => {
    const { properties } = made.at("state/Tokens/Pool");
    expect(properties).to.include({ UserPoolName: "kapok", DeletionProtection: "ACTIVE", UserPoolTier: "ESSENTIALS" });
    expect(properties["AdminCreateUserConfig"]).to.deep.equal({ AllowAdminCreateUserOnly: true });
  });

  it("gives clients tokens for an hour by their own secret, and in no other way", () => {
    const clients = made.all("Cognito::UserPoolClient").map(({ properties }) => properties);
    expect(clients.map(({ ClientName, AllowedOAuthScopes }) => [ClientName, AllowedOAuthScopes])).to.deep.equal([
      ["harbour-hotel", ["state/Tokens/Pool/Server-points/write", "state/Tokens/Pool/Server-points/read"]],
      ["kapok-tea-house", ["state/Tokens/Pool/Server-points/write", "state/Tokens/Pool/Server-points/read"]],
      ["lotus-hill-park", ["state/Tokens/Pool/Server-points/write", "state/Tokens/Pool/Server-points/read"]],
      ["points-alliance", ["state/Tokens/Pool/Server-points/admin", "state/Tokens/Pool/Server-points/read"]],
    ]);
    for (const { ClientName: _, AllowedOAuthScopes: __, ...client } of clients) {
      expect(client).to.deep.equal({
        UserPoolId: "state/Tokens/Pool",
        GenerateSecret: true,
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ["client_credentials"],
        AccessTokenValidity: 60,
        TokenValidityUnits: { AccessToken: "minutes" },
        SupportedIdentityProviders: ["COGNITO"],
        PreventUserExistenceErrors: "ENABLED",
      });
    }
  });
});
