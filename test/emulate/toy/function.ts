/** The code of every function of the toy app: it does what the event asks for, with the rights that its role has. */
import { createHash } from "node:crypto";
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateGrantCommand, GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createRemoteJWKSet, jwtVerify } from "jose";

const table = process.env["TABLE"]!;
const database = new DynamoDBClient();
const keys = new KMSClient();
const secrets = new SecretsManagerClient();
let calls = 0;
let ticks = 0;
let ticking: NodeJS.Timeout | undefined;

interface ToyEvent {
  /** What to do, where somebody invokes the function directly. */
  do?: string;
  version?: string;
  Records?: {
    eventName: string;
    dynamodb: { SequenceNumber: string; Keys: { pk: { S: string }; sk: { S: string } } };
  }[];
  RequestType?: string;
  [other: string]: unknown;
}

export async function handler(event: ToyEvent, context: Record<string, unknown>): Promise<unknown> {
  calls += 1;
  if (event.version === "2.0") return http(event);
  if (event.Records) return consume(event.Records);
  if (event.RequestType) return make(event);
  if (event["source"] === "aws.events") return remember("tick", String(event["time"]), JSON.stringify(event));
  return act(event, context);
}

async function http(event: ToyEvent): Promise<unknown> {
  if (event["rawPath"] === "/v1/points/fails") throw new Error("a secret canary");
  return {
    statusCode: 201,
    headers: { "content-type": "application/json", "x-toy": "yes" },
    cookies: ["one=1", "two=2"],
    body: JSON.stringify({ event, name: process.env["AWS_LAMBDA_FUNCTION_NAME"] }),
  };
}

/** Fails at the record whose sort key says so, and lets the others through. */
async function consume(records: NonNullable<ToyEvent["Records"]>): Promise<unknown> {
  const failures = [];
  for (const { eventName, dynamodb } of records) {
    const { pk, sk } = dynamodb.Keys;
    if (sk.S.startsWith("throws")) throw new Error("thrown");
    if (sk.S.startsWith("sleeps")) await new Promise((resolve) => setTimeout(resolve, 60_000));
    await remember(`seen#${pk.S}`, `${sk.S}#${eventName}#${records.length}#${Date.now()}`, "");
    if (sk.S.startsWith("poison")) failures.push({ itemIdentifier: dynamodb.SequenceNumber });
  }
  return { batchItemFailures: failures };
}

async function make(event: ToyEvent): Promise<void> {
  const { value } = event["ResourceProperties"] as { value: string };
  await remember("made", `${event.RequestType}#${Date.now()}`, value);
  const answer = {
    Status: value === "refused" ? "FAILED" : "SUCCESS",
    Reason: "the value is refused",
    PhysicalResourceId: "made",
    StackId: event["StackId"],
    RequestId: event["RequestId"],
    LogicalResourceId: event["LogicalResourceId"],
    Data: { answer: `made of ${value}` },
  };
  await fetch(String(event["ResponseURL"]), { method: "PUT", body: JSON.stringify(answer) });
}

async function act(event: ToyEvent, context: Record<string, unknown>): Promise<unknown> {
  switch (event.do) {
    case "sign": {
      const { KeyId, SigningAlgorithm = "ECDSA_SHA_256", MessageType = "DIGEST" } = event as never;
      const { Signature } = await keys.send(
        new SignCommand({
          KeyId,
          SigningAlgorithm,
          MessageType,
          Message: createHash("sha256").update("kapok").digest(),
        }),
      );
      return Buffer.from(Signature!).toString("hex");
    }
    case "public-key": {
      const { PublicKey } = await keys.send(new GetPublicKeyCommand({ KeyId: String(event["KeyId"]) }));
      return Buffer.from(PublicKey!).toString("hex");
    }
    case "grant": {
      const { KeyId, GranteePrincipal } = event as never;
      return keys.send(new CreateGrantCommand({ KeyId, GranteePrincipal, Operations: ["Sign"] }));
    }
    case "get":
      return database.send(
        new GetItemCommand({ TableName: table, Key: { pk: { S: String(event["pk"]) }, sk: { S: "row" } } }),
      );
    case "put":
      return remember(String(event["pk"]), "row", "put");
    case "query": {
      const values = { ":pk": { S: String(event["pk"]) } };
      return database.send(
        new QueryCommand({ TableName: table, KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: values }),
      );
    }
    case "transact": {
      const items = (event["pks"] as string[]).map((pk) => ({ pk: { S: pk }, sk: { S: "row" } }));
      const TransactItems = items.map((Item) => ({ Put: { TableName: table, Item } }));
      return database.send(new TransactWriteItemsCommand({ TransactItems }));
    }
    case "loop": {
      const left = Number(event["left"]);
      await remember("loop", `${context["functionName"]}#${left}`, "");
      if (left > 1) await callMyself(String(context["functionName"]), { do: "loop", left: left - 1 });
      return left;
    }
    case "leave":
      clearInterval(ticking);
      ticking = setInterval(() => (ticks += 1), 20);
      return ticks;
    case "secret": {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: "toy" }));
      return SecretString;
    }
    case "version":
      return process.version;
    case "verify": {
      const issuer = String(event["issuer"]);
      const { payload } = await jwtVerify(
        String(event["token"]),
        createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)),
        { issuer },
      );
      return payload;
    }
    case "slow":
      await remember("slow", `${event["id"]}#began#${Date.now()}`, "");
      await new Promise((resolve) => setTimeout(resolve, Number(event["milliseconds"])));
      return remember("slow", `${event["id"]}#ended`, "");
    case "throw":
      await remember("throws", `${event["id"]}#${Date.now()}`, "");
      throw new TypeError("on purpose");
    case "environment":
      return { ...process.env };
    default:
      return { calls, pid: process.pid, name: context["functionName"], remaining: remaining(context) };
  }
}

async function callMyself(FunctionName: string, event: ToyEvent): Promise<void> {
  const call = { FunctionName, InvocationType: "Event", Payload: JSON.stringify(event) } as const;
  await new LambdaClient().send(new InvokeCommand(call));
}

function remaining(context: Record<string, unknown>): number {
  return (context["getRemainingTimeInMillis"] as () => number)();
}

async function remember(pk: string, sk: string, text: string): Promise<void> {
  await database.send(
    new PutItemCommand({ TableName: table, Item: { pk: { S: pk }, sk: { S: sk }, text: { S: text } } }),
  );
}
