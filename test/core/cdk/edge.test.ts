import { expect } from "chai";
import { createHash } from "node:crypto";
import { page } from "../../../lambdas/core/http/page.ts";
import type { Resource, SettingsFile } from "./made.ts";
import { Made } from "./made.ts";

const withEdge = (edge: object) => new Made((settings: SettingsFile) => (settings.cloud.edge = edge));
const domain = {
  name: "api.kapok.example",
  certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f0e0d0c-1a",
};
const environmentOf = (made: Made, path: string) =>
  made.at(path, "Lambda::Function").properties["Environment"].Variables;
const apis = ["core/Function-api", "points/Function-points-api"];

describe("Without an edge, templates", () => {
  const made = new Made();

  it("have nothing of it: no stack, no secret, no variable", () => {
    expect(Object.keys(made.templates)).to.deep.equal(["state", "core", "points"]);
    expect(made.text).to.not.match(/CloudFront|WAF|us-east-1|origin/i);
  });

  it("differ from those with one in what the edge needs only, so that it can be turned on and off", () => {
    const edged = withEdge({});
    const { state, core, points } = made.templates;
    expect(edged.templates["state"]).to.deep.equal(state);
    // What a scenario's stack imports while the edge is off has to be exported while it is on, and the other way round.
    const exportsOf = ({ Outputs = {} }: typeof core & {}) =>
      Object.values(Outputs).flatMap((each) => each.Export?.Name ?? []);
    expect(exportsOf(edged.templates["core"]!)).to.have.members(exportsOf(core!));
    const changed = Object.keys(core!.Resources).filter(
      (id) => JSON.stringify(core!.Resources[id]) !== JSON.stringify(edged.templates["core"]!.Resources[id]),
    );
    expect(changed.map((id) => made.readable.path("core", id))).to.deep.equal([
      "core/Role-api/DefaultPolicy",
      "core/Function-api",
    ]);
    const inPoints = Object.keys(points!.Resources).filter(
      (id) => JSON.stringify(points!.Resources[id]) !== JSON.stringify(edged.templates["points"]!.Resources[id]),
    );
    expect(inPoints.map((id) => made.readable.path("points", id))).to.deep.equal([
      "points/Role-points-api/DefaultPolicy",
      "points/Function-points-api",
    ]);
  });
});

describe("The firewall", () => {
  const made = withEdge({ requestsPerAddress: 4321, requestsPerToken: 1234 });
  const acl = made.at("edge/Firewall").properties;
  const rule = (name: string) => acl["Rules"].find((each: any) => each.Name === name);

  it("stands in us-east-1, where CloudFront looks for it, and the deployment does not", () => {
    expect(acl["Scope"]).to.equal("CLOUDFRONT");
    const [log] = made.all("WAFv2::LoggingConfiguration");
    expect(log!.properties["LogDestinationConfigs"]).to.deep.equal([
      "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-kapok",
    ]);
    expect(made.text).to.include("ap-east-1");
    expect(made.at("core/Edge/Distribution").properties["DistributionConfig"].WebACLId).to.equal(
      "kapok-edge.FirewallArn.us-east-1",
    );
  });

  it("lets an address make as many requests in five minutes as the settings say, then answers 429, not 403", () => {
    const { Statement, Action, Priority } = rule("requests-per-address");
    expect(Statement.RateBasedStatement).to.deep.equal({
      Limit: 4321,
      EvaluationWindowSec: 300,
      AggregateKeyType: "IP",
    });
    const { CustomResponse } = Action.Block;
    expect(CustomResponse.ResponseCode).to.equal(429);
    expect(CustomResponse.ResponseHeaders).to.deep.equal([{ Name: "Retry-After", Value: "300" }]);
    const { Content, ContentType } = acl["CustomResponseBodies"][CustomResponse.CustomResponseBodyKey];
    expect(ContentType).to.equal("APPLICATION_JSON");
    expect(JSON.parse(Content)).to.deep.equal({ type: "about:blank", title: "Too Many Requests", status: 429 });
    // First, so that a flood does not pay for the other rules.
    expect(Priority).to.equal(0);
  });

  it("limits a client too, known by its token, wherever it calls from, without anything of ours being asked", () => {
    const { Statement, Action, Priority } = rule("requests-per-token");
    expect(Statement.RateBasedStatement).to.deep.equal({
      Limit: 1234,
      EvaluationWindowSec: 300,
      AggregateKeyType: "CUSTOM_KEYS",
      CustomKeys: [{ Header: { Name: "authorization", TextTransformations: [{ Priority: 0, Type: "NONE" }] } }],
    });
    expect(Action.Block.CustomResponse.ResponseCode).to.equal(429);
    expect(Priority).to.equal(1);
  });

  it("has the rules of AWS for bad addresses, known attacks and common ones, and passes all else", () => {
    expect(acl["DefaultAction"]).to.deep.equal({ Allow: {} });
    const groups = acl["Rules"].filter((each: any) => each.Statement.ManagedRuleGroupStatement);
    expect(groups.map((each: any) => [each.Priority, each.Name])).to.deep.equal([
      [2, "AWSManagedRulesAmazonIpReputationList"],
      [3, "AWSManagedRulesKnownBadInputsRuleSet"],
      [4, "AWSManagedRulesCommonRuleSet"],
    ]);
    for (const { Name, Statement, OverrideAction } of groups) {
      expect(Statement.ManagedRuleGroupStatement).to.include({ VendorName: "AWS", Name });
      // `Count` here would make the whole group watch only.
      expect(OverrideAction).to.deep.equal({ None: {} });
    }
  });

  it("only counts what is large: a batch has more than the 8 kB that AWS would allow; nothing else is let off", () => {
    const overrides = acl["Rules"].flatMap(
      ({ Statement }: any) => Statement.ManagedRuleGroupStatement?.RuleActionOverrides ?? [],
    );
    expect(overrides).to.deep.equal([{ Name: "SizeRestrictions_BODY", ActionToUse: { Count: {} } }]);
  });

  it("tells nobody what is in a request: neither body, query, token, cookie nor key, and keeps no samples", () => {
    const hidden = acl["DataProtectionConfig"].DataProtections;
    expect(hidden.map(({ Field, Action }: any) => [Field.FieldType, Field.FieldKeys, Action])).to.deep.equal([
      ["BODY", undefined, "SUBSTITUTION"],
      ["QUERY_STRING", undefined, "SUBSTITUTION"],
      ["SINGLE_HEADER", ["authorization", "cookie", "idempotency-key"], "SUBSTITUTION"],
    ]);
    for (const { VisibilityConfig } of [acl, ...acl["Rules"]]) {
      expect(VisibilityConfig).to.include({ CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false });
    }
  });

  it("logs what it refused or counted, for three months", () => {
    const { LoggingFilter, ResourceArn } = made.all("WAFv2::LoggingConfiguration")[0]!.properties;
    expect(ResourceArn).to.equal("edge/Firewall.Arn");
    expect(LoggingFilter.DefaultBehavior).to.equal("DROP");
    expect(LoggingFilter.Filters).to.have.length(1);
    const [{ Behavior, Requirement, Conditions }] = LoggingFilter.Filters;
    expect([Behavior, Requirement]).to.deep.equal(["KEEP", "MEETS_ANY"]);
    expect(Conditions.map((each: any) => each.ActionCondition.Action)).to.deep.equal(["BLOCK", "COUNT"]);
    expect(made.at("edge/FirewallLog").properties["RetentionInDays"]).to.equal(90);
  });
});

describe("The distribution", () => {
  const made = withEdge({});
  const { properties, after } = made.at("core/Edge/Distribution");
  const configuration = properties["DistributionConfig"];
  const behaviour = configuration.DefaultCacheBehavior;
  const [origin] = configuration.Origins;

  it("has the HTTP API as its only origin, over TLS 1.2, for as long as a function may take", () => {
    expect(configuration.Origins).to.have.length(1);
    expect(origin.DomainName).to.equal("core/Api.ApiEndpoint");
    expect(origin.CustomOriginConfig).to.deep.equal({
      OriginProtocolPolicy: "https-only",
      OriginSSLProtocols: ["TLSv1.2"],
      OriginReadTimeout: 30,
    });
    for (const path of apis) expect(made.at(path, "Lambda::Function").properties["Timeout"]).to.be.below(30);
  });

  it("passes everything on and keeps nothing: all methods, no cache, all headers but Host", () => {
    expect(configuration).to.not.have.any.keys("CacheBehaviors", "CustomErrorResponses", "DefaultRootObject");
    expect(behaviour.AllowedMethods).to.have.members(["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]);
    // AWS's own policies CachingDisabled and AllViewerExceptHostHeader.
    expect(behaviour.CachePolicyId).to.equal("4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
    expect(behaviour.OriginRequestPolicyId).to.equal("b689b0a8-53d0-40ab-baf2-68738e2966ac");
  });

  it("takes no request without TLS, rather than redirect one whose token everybody saw", () => {
    expect(behaviour.ViewerProtocolPolicy).to.equal("https-only");
    expect(configuration.HttpVersion).to.equal("http2and3");
  });

  it("speaks TLS 1.2 or later where the API has a name of its own, and functions say that name", () => {
    const named = withEdge({ domain });
    const { Aliases, ViewerCertificate } = named.at("core/Edge/Distribution").properties["DistributionConfig"];
    expect(Aliases).to.deep.equal([domain.name]);
    expect(ViewerCertificate).to.deep.equal({
      AcmCertificateArn: domain.certificateArn,
      MinimumProtocolVersion: "TLSv1.2_2021",
      SslSupportMethod: "sni-only",
    });
    for (const path of apis) expect(environmentOf(named, path)["API_URL"]).to.equal(`https://${domain.name}`);
  });

  it("is where functions say that the API is, which a scenario's stack reads without importing it", () => {
    expect(environmentOf(made, "core/Function-api")["API_URL"]).to.equal("https://core/Edge/Distribution.DomainName");
    expect(environmentOf(made, "points/Function-points-api")["API_URL"]).to.equal("kapok-core.ApiUrl");
    const { Outputs = {} } = made.templates["core"]!;
    expect(made.readable.of("core", Outputs["ApiUrl"]!.Value)).to.equal("https://core/Edge/Distribution.DomainName");
    expect(JSON.stringify(Outputs)).to.not.match(/"Export":\{"Name":"[^"]*(Edge|Distribution|Secret)/);
  });

  it("says to browsers what they may not do, whatever a function said", () => {
    expect(behaviour.ResponseHeadersPolicyId).to.equal("core/Edge/EdgeHeaders");
    const { SecurityHeadersConfig } = made.at("core/Edge/EdgeHeaders").properties["ResponseHeadersPolicyConfig"];
    const { ContentSecurityPolicy, ...others } = SecurityHeadersConfig;
    expect(others).to.deep.equal({
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, IncludeSubdomains: true, Override: true },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: "DENY", Override: true },
      ReferrerPolicy: { ReferrerPolicy: "no-referrer", Override: true },
    });
    expect(ContentSecurityPolicy.Override).to.equal(true);
  });

  it("lets the pages have their one style, and no script, image or form from anywhere", () => {
    const { ContentSecurityPolicy } =
      made.at("core/Edge/EdgeHeaders").properties["ResponseHeadersPolicyConfig"].SecurityHeadersConfig;
    const styles = [...page("title", "body").matchAll(/<style>(.*?)<\/style>/gs)].map(([, style]) => style!);
    const hashes = styles.map((style) => `'sha256-${createHash("sha256").update(style).digest("base64")}'`);
    expect(ContentSecurityPolicy.ContentSecurityPolicy.split("; ")).to.deep.equal([
      "default-src 'none'",
      `style-src ${hashes.join(" ")}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it("is changed before the functions, and after its secrets are there", () => {
    expect(after).to.include.members(["core/Edge/OriginSecrets/Secret-1", "core/Edge/OriginSecrets/Secret-2"]);
    expect(made.at("core/Function-api", "Lambda::Function").after).to.include("core/Edge/Distribution");
  });
});

describe("The access log of the edge", () => {
  const made = withEdge({});

  it("has no body, query, cookie, token or other header of the client's, and is kept for three months", () => {
    const { RecordFields } = made.at("edge-log/Delivery").properties;
    expect(RecordFields.filter((field: string) => /query|cookie|\(|referer|agent/i.test(field))).to.deep.equal([]);
    expect(RecordFields).to.include.members(["date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status"]);
    expect(made.at("edge-log/AccessLog").properties).to.include({
      LogGroupName: "/kapok/kapok/edge",
      RetentionInDays: 90,
    });
    // The older kind, whose fields cannot be chosen: it always has the query.
    expect(made.at("core/Edge/Distribution").properties["DistributionConfig"]).to.not.have.property("Logging");
  });

  it("is of this distribution, and is delivered in us-east-1, where AWS has it", () => {
    const source = made.at("edge-log/Source").properties;
    expect(source["LogType"]).to.equal("ACCESS_LOGS");
    expect(source["ResourceArn"]).to.equal(
      "arn:aws:cloudfront::123456789012:distribution/kapok-core.DistributionId.ap-east-1",
    );
    const destination = made.at("edge-log/Destination").properties;
    expect(destination["DestinationResourceArn"]).to.equal(
      "arn:aws:logs:us-east-1:123456789012:log-group:/kapok/kapok/edge",
    );
    const { DeliverySourceName, DeliveryDestinationArn } = made.at("edge-log/Delivery").properties;
    expect([DeliverySourceName, DeliveryDestinationArn]).to.deep.equal([source["Name"], "edge-log/Destination.Arn"]);
  });
});

describe("The origin's secrets", () => {
  const secretsOf = (made: Made) => made.all("SecretsManager::Secret");
  const sentOf = (made: Made) =>
    made.at("core/Edge/Distribution").properties["DistributionConfig"].Origins[0].OriginCustomHeaders;
  const names = (made: Made) => secretsOf(made).map(({ properties }: Resource) => properties["Name"]);

  it("are made up by Secrets Manager, and no template has one", () => {
    for (const { properties } of secretsOf(withEdge({}))) {
      expect(properties).to.not.have.property("SecretString");
      expect(properties["GenerateSecretString"]).to.deep.equal({ PasswordLength: 48, ExcludePunctuation: true });
    }
  });

  it("are the one before, the one that is sent and the one after; CloudFront has it by reference", () => {
    const made = withEdge({ originSecret: 3 });
    expect(names(made)).to.deep.equal(["kapok-origin-2", "kapok-origin-3", "kapok-origin-4"]);
    expect(sentOf(made)).to.deep.equal([
      {
        HeaderName: "x-origin-secret",
        HeaderValue: "{{resolve:secretsmanager:core/Edge/OriginSecrets/Secret-3:SecretString:::}}",
      },
    ]);
    for (const path of apis) {
      expect(environmentOf(made, path)["ORIGIN_SECRETS"]).to.equal("kapok-origin-2,kapok-origin-3,kapok-origin-4");
    }
  });

  it("stay the same secrets when the number is raised, so that both numbers are accepted while it changes", () => {
    const [before, after] = [withEdge({ originSecret: 3 }), withEdge({ originSecret: 4 })];
    const resources = (made: Made) =>
      Object.fromEntries(
        Object.entries(made.templates["core"]!.Resources).filter(
          ([, { Type }]) => Type === "AWS::SecretsManager::Secret",
        ),
      );
    const kept = Object.entries(resources(after)).filter(([id]) => id in resources(before));
    expect(kept).to.have.length(2);
    for (const [id, resource] of kept) expect(resource).to.deep.equal(resources(before)[id]);
    expect(sentOf(after)[0].HeaderValue).to.include("Secret-4");
  });

  it("may be read by the functions of the API alone, those three and no other secret", () => {
    const made = withEdge({ originSecret: 3 });
    const readers = made
      .all("IAM::Policy")
      .flatMap(({ path, properties }) =>
        properties["PolicyDocument"].Statement.filter((each: any) => JSON.stringify(each).includes("-origin-")).map(
          ({ Action, Effect, Resource }: any) => ({ path, Action, Effect, Resource }),
        ),
      );
    // Secrets Manager puts six characters behind a name; a star would also be every longer name.
    const Resource = [2, 3, 4].map(
      (n) => `arn:aws:secretsmanager:ap-east-1:123456789012:secret:kapok-origin-${n}-??????`,
    );
    expect(readers).to.have.deep.members(
      ["core/Role-api/DefaultPolicy", "points/Role-points-api/DefaultPolicy"].map((path) => ({
        path,
        Action: "secretsmanager:GetSecretValue",
        Effect: "Allow",
        Resource,
      })),
    );
  });
});

describe("Templates with an edge", () => {
  it("pass CloudFormation's own rules and cdk-nag, and have nothing that looks like a private key", () => {
    for (const edge of [{}, { domain, originSecret: 2, requestsPerAddress: 100 }]) {
      const made = new Made((settings: SettingsFile) => (settings.cloud.edge = edge), { strictly: true });
      expect(made.text).to.not.match(/0x[0-9a-f]{64}/i);
    }
  }).timeout(60_000);
});
