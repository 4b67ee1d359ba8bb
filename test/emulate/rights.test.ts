import { createPublicKey, verify } from "node:crypto";
import { SignCommand } from "@aws-sdk/client-kms";
import {
  AddPermissionCommand,
  GetPolicyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import type { Gateway } from "../../scripts/emulate/gateway.ts";
import { startGateway } from "../../scripts/emulate/gateway.ts";
import { Toy } from "./toy.ts";

const explicitDeny = /not authorized to perform: kms:Sign .* explicit deny in a resource-based policy/;

describe("Rights in the emulator", function () {
  this.timeout(180_000);
  let toy: Toy;
  let gateway: Gateway;
  before(async () => {
    toy = await Toy.shared();
    const tokenUrl = "https://toy-tokens.auth.invalid/oauth2/token";
    gateway = await startGateway({ emulator: toy.emulator, apiUrl: toy.outputs.ApiUrl, tokenUrl });
  });
  after(() => gateway?.close());

  const arnOf = (service: string) => `arn:aws:${service}:${toy.emulator.region}:${toy.emulator.account}`;

  const sign = (name: string, more = {}) => toy.call(name, { do: "sign", KeyId: toy.outputs.KeyArn, ...more });

  it("the one role that may sign signs, on secp256k1", async () => {
    const { value: signature } = await sign("writer");
    const { value: key } = await toy.call("writer", { do: "public-key", KeyId: toy.outputs.KeyArn });
    const publicKey = createPublicKey({ key: Buffer.from(String(key), "hex"), format: "der", type: "spki" });
    expect(publicKey.asymmetricKeyDetails?.namedCurve).to.equal("secp256k1");
    expect(verify("sha256", Buffer.from("kapok"), publicKey, Buffer.from(String(signature), "hex"))).to.equal(true);
  });

  it("the same role may not sign anything else than digests", async () => {
    expect((await sign("writer", { MessageType: "RAW" })).error).to.match(/not authorized to perform: kms:Sign/);
  });

  it("no other role signs, whatever its own policy says, nor an administrator", async () => {
    expect((await sign("stranger")).error).to.match(explicitDeny);
    const command = new SignCommand({
      KeyId: toy.outputs.KeyArn,
      Message: Buffer.alloc(32, 7),
      MessageType: "DIGEST",
      SigningAlgorithm: "ECDSA_SHA_256",
    });
    const refusal = await toy.keys.send(command).catch((error) => error);
    expect(refusal.name).to.equal("AccessDeniedException");
    expect(refusal.message).to.match(explicitDeny);
  });

  it("nobody lends the key", async () => {
    const grantee = `arn:aws:iam::${toy.emulator.account}:role/toy-stranger`;
    const event = { do: "grant", KeyId: toy.outputs.KeyArn, GranteePrincipal: grantee };
    expect((await toy.call("stranger", event)).error).to.match(/not authorized to perform: kms:CreateGrant/);
  });

  it("a role without a right to a table has none", async () => {
    const { error } = await toy.call("stranger", { do: "get", pk: "guest#1" });
    expect(error).to.match(/toy-stranger is not authorized to perform: dynamodb:GetItem/);
  });

  it("leading keys bound what a role reads and puts, item by item in a transaction", async () => {
    expect((await toy.call("guest", { do: "put", pk: "guest#1" })).error).to.equal(undefined);
    expect((await toy.call("guest", { do: "get", pk: "guest#1" })).error).to.equal(undefined);
    expect((await toy.call("guest", { do: "get", pk: "queue#1" })).error).to.match(/not authorized/);
    expect((await toy.call("guest", { do: "put", pk: "queue#1" })).error).to.match(/not authorized/);
    expect((await toy.call("guest", { do: "query", pk: "guest#1" })).error).to.equal(undefined);
    expect((await toy.call("guest", { do: "query", pk: "queue#1" })).error).to.match(/not authorized/);
    const both = (...pks: string[]) => toy.call("guest", { do: "transact", pks });
    expect((await both("guest#2", "guest#3")).error).to.equal(undefined);
    expect((await both("guest#4", "queue#2")).error).to.match(/not authorized to perform: dynamodb:PutItem/);
    expect(await toy.rows("guest#4")).to.deep.equal([]);
  });

  it("a secret is read by the role that may", async () => {
    await toy.secrets.send(new CreateSecretCommand({ Name: "toy", SecretString: "canary" }));
    expect((await toy.call("writer", { do: "secret" })).value).to.equal("canary");
    expect((await toy.call("stranger", { do: "secret" })).error).to.match(
      /not authorized to perform: secretsmanager:GetSecretValue/,
    );
  });

  it("a destination is refused to a function whose role may not send there", async () => {
    const command = new PutFunctionEventInvokeConfigCommand({
      FunctionName: "toy-stranger",
      DestinationConfig: { OnFailure: { Destination: `${arnOf("sqs")}:toy-dead-letters` } },
    });
    const refusal = await toy.functions.send(command).catch((error) => error);
    expect(refusal.name).to.equal("InvalidParameterValueException");
    expect(refusal.message).to.match(/does not have permissions to call SendMessage/);
  });

  it("the API reaches only a function whose own policy lets it", async () => {
    const { Policy } = await toy.functions.send(new GetPolicyCommand({ FunctionName: "toy-guest" }));
    const [statement] = JSON.parse(Policy!).Statement;
    await toy.functions.send(new RemovePermissionCommand({ FunctionName: "toy-guest", StatementId: statement.Sid }));
    const ask = () => fetch(`${gateway.url}/elsewhere`).then(({ status }) => status);
    expect(await ask()).to.equal(500);
    const permission = { Action: "lambda:InvokeFunction", Principal: "apigateway.amazonaws.com" };
    const SourceArn = statement.Condition.ArnLike["AWS:SourceArn"];
    const back = { FunctionName: "toy-guest", StatementId: statement.Sid, ...permission, SourceArn };
    await toy.functions.send(new AddPermissionCommand(back));
    expect(await ask()).to.equal(201);
  });
});
