/**
 * A small app of what Kapok is deployed from, to show that the emulator takes a real `cdk deploy` and does with it what
 * AWS does: a table with a stream, a key that one role may sign with, functions with roles of their own, an HTTP API, a
 * schedule, a custom resource, clients that get tokens.
 */
import { App, ArnFormat, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { OAuthScope, ResourceServerScope, UserPool } from "aws-cdk-lib/aws-cognito";
import { AttributeType, BillingMode, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import * as iam from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Queue } from "aws-cdk-lib/aws-sqs";

const app = new App();
const env = { account: process.env["CDK_DEFAULT_ACCOUNT"]!, region: process.env["CDK_DEFAULT_REGION"]! };
const stack = new Stack(app, "toy", { env });
const code = lambda.Code.fromAsset(process.env["TOY_BUNDLE"]!);

const table = new Table(stack, "Table", {
  tableName: "toy",
  partitionKey: { name: "pk", type: AttributeType.STRING },
  sortKey: { name: "sk", type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  stream: StreamViewType.NEW_IMAGE,
  removalPolicy: RemovalPolicy.DESTROY,
});
const deadLetters = new Queue(stack, "DeadLetters", { queueName: "toy-dead-letters" });

function toyFunction(name: string, options: Partial<lambda.FunctionProps> = {}): lambda.Function {
  const role = new iam.Role(stack, `Role-${name}`, {
    roleName: `toy-${name}`,
    assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
  });
  return new lambda.Function(stack, name, {
    functionName: `toy-${name}`,
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    handler: "index.handler",
    code,
    role,
    timeout: Duration.seconds(5),
    environment: { TABLE: "toy", GREETING: "hello" },
    logGroup: new LogGroup(stack, `Log-${name}`, { removalPolicy: RemovalPolicy.DESTROY }),
    ...options,
  });
}

const writer = toyFunction("writer");
const secretArn = stack.formatArn({
  service: "secretsmanager",
  resource: "secret",
  resourceName: "toy-??????",
  arnFormat: ArnFormat.COLON_RESOURCE_NAME,
});
writer.addToRolePolicy(new iam.PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArn] }));
table.grantReadWriteData(writer);
const stranger = toyFunction("stranger");
stranger.addToRolePolicy(
  new iam.PolicyStatement({ actions: ["kms:Sign", "kms:GetPublicKey", "kms:CreateGrant"], resources: ["*"] }),
);
const guest = toyFunction("guest");
guest.addToRolePolicy(
  new iam.PolicyStatement({
    actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
    resources: [table.tableArn],
    conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["guest#*"] } },
  }),
);

const signs = writer.role!;
const key = new Key(stack, "Key", {
  keySpec: KeySpec.ECC_SECG_P256K1,
  keyUsage: KeyUsage.SIGN_VERIFY,
  removalPolicy: RemovalPolicy.DESTROY,
  policy: new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        principals: [new iam.AccountRootPrincipal()],
        actions: [
          "kms:DescribeKey",
          "kms:GetPublicKey",
          "kms:GetKeyPolicy",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
        ],
        resources: ["*"],
      }),
      new iam.PolicyStatement({
        principals: [signs],
        actions: ["kms:Sign"],
        resources: ["*"],
        conditions: { StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "DIGEST" } },
      }),
      new iam.PolicyStatement({ principals: [signs], actions: ["kms:GetPublicKey"], resources: ["*"] }),
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ["kms:Sign"],
        resources: ["*"],
        conditions: { ArnNotEquals: { "aws:PrincipalArn": signs.roleArn } },
      }),
    ],
  }),
});

const consumer = toyFunction("consumer", { timeout: Duration.seconds(3) });
table.grantReadWriteData(consumer);
table.grantStreamRead(consumer);
deadLetters.grantSendMessages(consumer);
const begins = (prefix: string) => ({ pk: { S: lambda.FilterRule.beginsWith(prefix) } });
new lambda.EventSourceMapping(stack, "Stream", {
  target: consumer,
  eventSourceArn: table.tableStreamArn!,
  startingPosition: lambda.StartingPosition.LATEST,
  batchSize: 1000,
  parallelizationFactor: 2,
  retryAttempts: 2,
  maxRecordAge: Duration.minutes(1),
  bisectBatchOnError: true,
  reportBatchItemFailures: true,
  onFailure: new SqsDlq(deadLetters),
  filters: [
    lambda.FilterCriteria.filter({
      eventName: lambda.FilterRule.isEqual("INSERT"),
      dynamodb: { Keys: begins("queue#") },
    }),
    lambda.FilterCriteria.filter({
      eventName: lambda.FilterRule.isEqual("MODIFY"),
      dynamodb: {
        Keys: begins("operation#"),
        NewImage: { returned: { BOOL: [true] }, decision: { M: lambda.FilterRule.notExists() } },
      },
    }),
  ],
});

const failing = toyFunction("failing", { timeout: Duration.seconds(1) });
table.grantReadWriteData(failing);
deadLetters.grantSendMessages(failing);
failing.configureAsyncInvoke({ retryAttempts: 1, onFailure: new SqsDestination(deadLetters) });
failing.grantInvoke(writer);

for (const [name, recursiveLoop] of [
  ["looping", lambda.RecursiveLoop.TERMINATE],
  ["endless", lambda.RecursiveLoop.ALLOW],
] as const) {
  const loop = toyFunction(name, { recursiveLoop });
  table.grantReadWriteData(loop);
  const itself = stack.formatArn({
    service: "lambda",
    resource: "function",
    resourceName: `toy-${name}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  loop.addToRolePolicy(new iam.PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [itself] }));
}

const swept = toyFunction("swept");
table.grantReadWriteData(swept);
new Rule(stack, "EveryMinute", { schedule: Schedule.rate(Duration.minutes(1)), targets: [new LambdaFunction(swept)] });

const api = new HttpApi(stack, "Api");
new HttpRoute(stack, "Points", {
  httpApi: api,
  routeKey: HttpRouteKey.with("/v1/points/{proxy+}", HttpMethod.ANY),
  integration: new HttpLambdaIntegration("PointsFunction", writer),
});
new HttpRoute(stack, "Default", {
  httpApi: api,
  routeKey: HttpRouteKey.DEFAULT,
  integration: new HttpLambdaIntegration("DefaultFunction", guest),
});

const pool = new UserPool(stack, "Pool", { removalPolicy: RemovalPolicy.DESTROY });
pool.addDomain("Domain", { cognitoDomain: { domainPrefix: "toy-tokens" } });
const write = new ResourceServerScope({ scopeName: "write", scopeDescription: "points:write" });
const server = pool.addResourceServer("Server", { identifier: "points", scopes: [write] });
const client = pool.addClient("Client", {
  generateSecret: true,
  authFlows: {},
  oAuth: { flows: { clientCredentials: true }, scopes: [OAuthScope.resourceServer(server, write)] },
  accessTokenValidity: Duration.hours(1),
});

const maker = toyFunction("maker");
table.grantReadWriteData(maker);
const made = new CustomResource(stack, "Made", {
  serviceToken: maker.functionArn,
  resourceType: "Custom::Made",
  serviceTimeout: Duration.seconds(60),
  properties: { value: process.env["TOY_VALUE"] ?? "first" },
});

for (const [name, value] of Object.entries({
  ApiUrl: api.apiEndpoint,
  KeyArn: key.keyArn,
  TableArn: table.tableArn,
  PoolId: pool.userPoolId,
  ClientId: client.userPoolClientId,
  DeadLettersUrl: deadLetters.queueUrl,
  Answer: made.getAttString("answer"),
})) {
  new CfnOutput(stack, name, { value });
}
app.synth();
