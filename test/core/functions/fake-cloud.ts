import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CryptoKey, JWK } from "jose";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { RealKey } from "../signing/real-key.ts";

const POOL = "/pool";

/**
 * What functions ask of AWS beside their tables, as it looks from HTTP: keys in KMS, the chain's secret, a user pool, and
 * other functions, whose starts are only noted.
 */
export class FakeCloud {
  /** Keys by ARN, each made when it is first asked for. */
  readonly keys = new Map<string, RealKey>();
  /** Every start of a function. */
  readonly started: { name: string; event: any }[] = [];
  /** What CloudFormation was told. */
  readonly answers: any[] = [];
  /** Clients of the user pool, by id. */
  readonly clients = new Map<string, string>();
  /** How many messages lie in queues, by name. */
  readonly queues = new Map<string, number>();
  chainUrls: string[] = [];
  /** What secrets hold, by name, beside the chain's; or the name of the error that reading one ends in. */
  readonly secrets = new Map<string, string | { error: string }>();
  /** Whether KMS refuses every signature. */
  keysAreDisabled = false;
  /** The function that nobody may start. */
  refusesToStart = "";
  readonly url: string;
  private readonly server;
  private readonly privateKey: CryptoKey;
  private readonly jwk: JWK;

  private constructor(server: FakeCloud["server"], privateKey: CryptoKey, jwk: JWK) {
    this.server = server as ReturnType<typeof createServer>;
    this.privateKey = privateKey;
    this.jwk = jwk;
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<FakeCloud> {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    const server = createServer((request, response) => void cloud.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const cloud = new FakeCloud(server, privateKey, { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" });
    return cloud;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  get issuer(): string {
    return `${this.url}${POOL}`;
  }

  /** The environment by which AWS's clients find this instead. @param tables where DynamoDB is */
  environment(tables: string): Record<string, string> {
    const services = ["KMS", "SECRETS_MANAGER", "LAMBDA", "COGNITO_IDENTITY_PROVIDER", "SQS"];
    return {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "kapok",
      AWS_SECRET_ACCESS_KEY: "kapok",
      AWS_ENDPOINT_URL_DYNAMODB: tables,
      ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, this.url])),
    };
  }

  /** An access token as the pool gives one. @param scopes such as `points/write` */
  token(clientId: string, scopes: string[]): Promise<string> {
    return new SignJWT({ client_id: clientId, token_use: "access", scope: scopes.join(" ") })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(this.issuer)
      .setExpirationTime("5 minutes")
      .sign(this.privateKey);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = Buffer.concat(await request.toArray()).toString("utf8");
    const input = text === "" ? {} : JSON.parse(text);
    const { url = "" } = request;
    const function_ = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(url);
    response.setHeader("Content-Type", "application/x-amz-json-1.1");
    if (url.startsWith(POOL)) return void response.end(JSON.stringify({ keys: [this.jwk] }));
    if (function_?.[1] === this.refusesToStart) {
      return void response.writeHead(403).end(JSON.stringify({ __type: "AccessDeniedException", message: "no" }));
    }
    if (function_) {
      this.started.push({ name: decodeURIComponent(function_[1]!), event: input });
      return void response.writeHead(202).end();
    }
    if (request.method === "PUT") return void (this.answers.push(input), response.end());
    const operation = String(request.headers["x-amz-target"]).split(".")[1]!;
    if (operation === "Sign" && this.keysAreDisabled) {
      return void response.writeHead(400).end(JSON.stringify({ __type: "DisabledException", message: "it is" }));
    }
    const secret = operation === "GetSecretValue" ? this.secrets.get(input["SecretId"]) : undefined;
    if (typeof secret === "object") {
      return void response.writeHead(400).end(JSON.stringify({ __type: secret.error, message: "no" }));
    }
    response.end(JSON.stringify(secret ? { SecretString: secret } : await this.result(operation, input)));
  }

  private async result(operation: string, input: Record<string, any>): Promise<object> {
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
    const { KeyId, Message } = input;
    switch (operation) {
      case "GetPublicKey":
        return { KeyId, PublicKey: base64(await this.key(KeyId).publicKey()) };
      case "Sign":
        return { KeyId, Signature: base64(await this.key(KeyId).sign(Buffer.from(Message, "base64"))) };
      case "GetSecretValue":
        return { SecretString: JSON.stringify({ urls: this.chainUrls }) };
      case "ListUserPoolClients":
        return { UserPoolClients: [...this.clients].map(([ClientId, ClientName]) => ({ ClientId, ClientName })) };
      case "ListQueues":
        return { QueueUrls: [...this.queues.keys()].filter(isIn(input)).map((name) => `${this.url}/1/${name}`) };
      case "GetQueueAttributes":
        return {
          Attributes: { ApproximateNumberOfMessages: `${this.queues.get(input["QueueUrl"].split("/").at(-1))}` },
        };
      default:
        throw new Error(`the fake cloud has no ${operation}`);
    }
  }

  private key(arn: string): RealKey {
    const key = this.keys.get(arn) ?? new RealKey();
    this.keys.set(arn, key);
    return key;
  }
}

function isIn({ QueueNamePrefix = "" }: Record<string, any>): (name: string) => boolean {
  return (name) => name.startsWith(QueueNamePrefix);
}
