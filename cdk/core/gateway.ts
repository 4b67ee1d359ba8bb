import { RemovalPolicy } from "aws-cdk-lib";
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import type { Deployment } from "./deployment.ts";

/** Requests a second over all clients, and how many more at once. What an account allows by itself is ten thousand. */
const REQUESTS_PER_SECOND = 2000;
const BURST = 1000;

/** What the access log says of a request: never a body, a token or a query, which clients fill. */
const accessLog = {
  time: "$context.requestTime",
  requestId: "$context.requestId",
  method: "$context.httpMethod",
  path: "$context.path",
  route: "$context.routeKey",
  status: "$context.status",
  answered: "$context.responseLength",
  milliseconds: "$context.responseLatency",
  functionMilliseconds: "$context.integrationLatency",
  error: "$context.integrationErrorMessage",
};

/**
 * The HTTP API: it only passes requests on. Tokens are verified by the functions, so that every answer is Kapok's own but
 * the gateway's 413, 429 and 503, and its 500 where a function broke or took too long.
 */
export function gateway(scope: Construct, deployment: Deployment): HttpApi {
  const api = new HttpApi(scope, "Api", {
    apiName: deployment.name,
    description: `Kapok ${deployment.name}`,
    createDefaultStage: false,
  });
  const log = new LogGroup(scope, "AccessLog", {
    logGroupName: `/kapok/${deployment.name}/access`,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const stage = new HttpStage(scope, "Stage", {
    httpApi: api,
    stageName: "$default",
    autoDeploy: true,
    throttle: { rateLimit: REQUESTS_PER_SECOND, burstLimit: BURST },
    accessLogSettings: {
      destination: new LogGroupLogDestination(log),
      format: AccessLogFormat.custom(JSON.stringify(accessLog)),
    },
  });
  (stage.node.defaultChild as CfnStage).addPropertyOverride("DefaultRouteSettings.DetailedMetricsEnabled", true);
  return api;
}

/** Sends every request below a path to one function, whatever its method. */
export function route(scope: Construct, id: string, httpApi: HttpApi, path: string, handler: Function): void {
  const key = path === "$default" ? HttpRouteKey.DEFAULT : HttpRouteKey.with(path, HttpMethod.ANY);
  const made = new HttpRoute(scope, `Route-${id}`, {
    httpApi,
    routeKey: key,
    integration: new HttpLambdaIntegration(`Integration-${id}`, handler),
  });
  acknowledge(
    made,
    "APIG4",
    "The function verifies the token itself, so that a refusal is a problem document as every other answer is.",
  );
}
