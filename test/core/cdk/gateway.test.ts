import { expect } from "chai";
import { madeOfSample } from "./made.ts";

describe("The gateway", () => {
  const made = madeOfSample();
  const stage = made.at("core/Stage").properties;

  it("leads every path to one function, whatever the method", () => {
    const routes = made.all("ApiGatewayV2::Route").map(({ properties }) => {
      const integration = made.at(properties["Target"].replace("integrations/", ""), "ApiGatewayV2::Integration");
      return [properties["RouteKey"], integration.properties["IntegrationUri"]];
    });
    expect(Object.fromEntries(routes)).to.deep.equal({
      "ANY /v1/points/{proxy+}": "points/Function-points-api.Arn",
      // What is below no scenario, also what does not exist: so every answer is ours.
      $default: "core/Function-api.Arn",
    });
    for (const { properties } of made.all("ApiGatewayV2::Integration")) {
      expect(properties).to.include({ IntegrationType: "AWS_PROXY", PayloadFormatVersion: "2.0", ApiId: "core/Api" });
    }
  });

  it("may call those functions, and only for their paths", () => {
    const api = "arn:aws:execute-api:ap-east-1:123456789012:core/Api";
    const calls = made.all("Lambda::Permission").filter(({ properties }) => /apigateway/.test(properties["Principal"]));
    expect(calls.map(({ properties }) => [properties["FunctionName"], properties["SourceArn"]])).to.deep.equal([
      ["core/Function-api.Arn", `${api}/*/*`],
      ["points/Function-points-api.Arn", `${api}/*/*/v1/points/{proxy+}`],
    ]);
  });

  it("verifies no token and adds no header itself, so that answers are the same everywhere", () => {
    for (const { properties } of made.all("ApiGatewayV2::Route")) {
      expect(properties["AuthorizationType"]).to.equal("NONE");
    }
    const { Tags: _, ...api } = made.at("core/Api").properties;
    expect(api).to.deep.equal({ Name: "kapok", Description: "Kapok kapok", ProtocolType: "HTTP" });
  });

  it("lets through two thousand requests a second, and a thousand at once: a fifth of what the account has", () => {
    expect(stage).to.include({ StageName: "$default", AutoDeploy: true });
    expect(stage["DefaultRouteSettings"]).to.deep.equal({
      ThrottlingRateLimit: 2000,
      ThrottlingBurstLimit: 1000,
      DetailedMetricsEnabled: true,
    });
    expect(stage).to.not.have.property("RouteSettings");
  });

  it("logs every request without what clients fill: no body, no query, no header, no token, no address", () => {
    const { DestinationArn, Format } = stage["AccessLogSettings"];
    expect(DestinationArn).to.equal("core/AccessLog.Arn");
    expect(made.at("core/AccessLog").properties).to.include({
      LogGroupName: "/kapok/kapok/access",
      RetentionInDays: 90,
    });
    expect(JSON.parse(Format)).to.deep.equal({
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
    });
  });
});
