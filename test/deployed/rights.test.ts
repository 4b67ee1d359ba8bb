import { expect } from "chai";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { build } from "esbuild";
import { deployedAlliance, fleeting } from "./alliances.ts";
import { Cloud } from "./cloud.ts";
import { zipOf } from "../emulate/zip.ts";

/** A call that a role tries: which client, which command, which input. */
type Try = [client: "dynamodb" | "kms" | "secrets" | "lambda", command: string, input: unknown];

/** What a function with somebody else's role says of each call: the name of its error, or `done`. */
const probe = `
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as secrets from "@aws-sdk/client-secrets-manager";
const clients = {
  dynamodb: [dynamodb, new dynamodb.DynamoDBClient()],
  kms: [kms, new kms.KMSClient()],
  lambda: [lambda, new lambda.LambdaClient()],
  secrets: [secrets, new secrets.SecretsManagerClient()],
};
export const handler = ({ tries }) => Promise.all(tries.map(async ([name, command, input]) => {
  const [module, client] = clients[name];
  if (name === "kms" && input.Message) input.Message = Buffer.from(input.Message, "hex");
  return client.send(new module[command](input)).then(() => "done", (error) => error.name);
}));`;

describe("A role of what is deployed", function () {
  this.timeout(240_000);
  const client = new LambdaClient();
  let zip: Uint8Array;
  let key: string;
  let administrator: string;

  before(async () => {
    const cloud = await Cloud.shared();
    await deployedAlliance();
    await cloud.deployment("fleeting", fleeting);
    const bundled = await build({
      stdin: { contents: probe, resolveDir: process.cwd() },
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      minify: true,
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    });
    zip = zipOf("index.mjs", bundled.outputFiles[0]!.contents);
    const keys = new KMSClient();
    const arnOf = async (alias: string) =>
      (await keys.send(new DescribeKeyCommand({ KeyId: `alias/kapok/${alias}` }))).KeyMetadata!.Arn!;
    key = await arnOf("hotel-a/1");
    administrator = await arnOf("administrator");
  });

  const sign = (KeyId: string): Try => [
    "kms",
    "SignCommand",
    { KeyId, Message: "07".repeat(32), MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" },
  ];
  const get = (TableName: string, pk = "x"): Try => [
    "dynamodb",
    "GetItemCommand",
    { TableName, Key: { pk: { S: pk }, sk: { S: "x" } } },
  ];
  const together = (TableName: string, pk: string): Try => [
    "dynamodb",
    "TransactGetItemsCommand",
    { TransactItems: [{ Get: { TableName, Key: { pk: { S: pk }, sk: { S: "x" } } } }] },
  ];
  // On a condition that never holds: whoever may put still changes nothing.
  const put = (TableName: string, pk: string): Try => [
    "dynamodb",
    "PutItemCommand",
    { TableName, Item: { pk: { S: pk }, sk: { S: "probe" } }, ConditionExpression: "attribute_exists(pk)" },
  ];
  const remove = (TableName: string): Try => [
    "dynamodb",
    "DeleteItemCommand",
    { TableName, Key: { pk: { S: "x" }, sk: { S: "x" } } },
  ];
  const scan = (TableName: string): Try => ["dynamodb", "ScanCommand", { TableName }];
  const start = (FunctionName: string): Try => ["lambda", "InvokeCommand", { FunctionName, InvocationType: "DryRun" }];

  /** Which of the calls a role may do. */
  async function allowed(part: string, tries: Record<string, Try>): Promise<string[]> {
    const { Role } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: `kapok-${part}` }));
    const FunctionName = `probe-${part}`;
    await client.send(
      new CreateFunctionCommand({
        FunctionName,
        Role: Role!,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Code: { ZipFile: zip },
        Timeout: 30,
      }),
    );
    try {
      const Payload = JSON.stringify({ tries: Object.values(tries) });
      const answer = await client.send(new InvokeCommand({ FunctionName, Payload }));
      const outcomes = JSON.parse(Buffer.from(answer.Payload!).toString()) as string[];
      return Object.keys(tries).filter((_, index) => !/AccessDenied/.test(outcomes[index]!));
    } finally {
      await client.send(new DeleteFunctionCommand({ FunctionName }));
    }
  }

  const everything = () => ({
    "reads operations": get("kapok-core", "operation#hotel-a#probe"),
    "reads which key is whose": get("kapok-core", "signing-keys"),
    "reads keys of one moment": together("kapok-core", "signing-keys"),
    "puts an operation": put("kapok-core", "operation#hotel-a#probe"),
    "puts a lane": put("kapok-core", "lane"),
    "deletes from core": remove("kapok-core"),
    "scans core": scan("kapok-core"),
    "reads points": get("kapok-points"),
    "writes points": put("kapok-points", "probe"),
    "reads another deployment": get("fleeting-points"),
    "signs for an organisation": sign(key),
    "signs for the administrator": sign(administrator),
    "starts a submitter": start("kapok-submitter"),
    "starts the deployer": start("kapok-deployer"),
  });

  const expected: Record<string, string[]> = {
    api: ["reads operations"],
    "points-api": ["reads operations", "puts an operation", "reads points"],
    waker: ["starts a submitter"],
    sweeper: ["reads operations", "reads which key is whose", "reads keys of one moment", "starts a submitter"],
    indexer: [
      "reads operations",
      "reads which key is whose",
      "reads keys of one moment",
      "puts an operation",
      "puts a lane",
      "deletes from core",
      "scans core",
      "reads points",
      "writes points",
    ],
    submitter: [
      "reads operations",
      "reads which key is whose",
      "reads keys of one moment",
      "puts an operation",
      "puts a lane",
      "deletes from core",
      "signs for an organisation",
      "starts a submitter",
    ],
    deployer: [
      "reads operations",
      "reads which key is whose",
      "reads keys of one moment",
      "puts an operation",
      "puts a lane",
      "deletes from core",
      "signs for the administrator",
    ],
  };
  for (const [part, rights] of Object.entries(expected)) {
    it(`may do what its function does and nothing else: ${part}`, async () => {
      expect(await allowed(part, everything())).to.deep.equal(rights);
    });
  }
});
