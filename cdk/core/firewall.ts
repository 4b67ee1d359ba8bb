import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { CfnLoggingConfiguration, CfnWebACL } from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";
import type { CloudSettings } from "../../lambdas/core/cloud-settings.ts";
import type { Deployment } from "./deployment.ts";

/** How often whom may ask, in {@link WINDOW_SECONDS}. */
type Limits = Pick<NonNullable<CloudSettings["edge"]>, "requestsPerAddress" | "requestsPerToken">;

const WINDOW_SECONDS = 300;
const SLOW_DOWN = "slow-down";

/** Rules of AWS, and those of them that only count. */
const managed: { name: string; counted: string[] }[] = [
  { name: "AWSManagedRulesAmazonIpReputationList", counted: [] },
  { name: "AWSManagedRulesKnownBadInputsRuleSet", counted: [] },
  // A batch of operations is larger than the 8 kB that this rule allows; the functions have a bound of their own.
  { name: "AWSManagedRulesCommonRuleSet", counted: ["SizeRestrictions_BODY"] },
];

/**
 * The firewall before the API. Requests of one address are limited, and those of one client, known by its token; the rest
 * are AWS's own rules. None of its logs, samples and details has a body, a query or a token.
 */
export function firewall(scope: Construct, deployment: Deployment, limits: Limits): CfnWebACL {
  const acl = new CfnWebACL(scope, "Firewall", {
    name: deployment.name,
    description: `Kapok ${deployment.name}`,
    scope: "CLOUDFRONT",
    defaultAction: { allow: {} },
    visibilityConfig: measuredAs(deployment.name),
    customResponseBodies: {
      [SLOW_DOWN]: {
        contentType: "APPLICATION_JSON",
        content: JSON.stringify({ type: "about:blank", title: "Too Many Requests", status: 429 }),
      },
    },
    rules: [...limitations(limits), ...managed.map((group, index) => ruleOf(group, index + 2))],
    dataProtectionConfig: { dataProtections: hidden },
  });
  log(scope, deployment, acl);
  return acl;
}

/**
 * Looked at first: whoever is over a limit costs the other rules nothing, and the functions neither a call nor a write. A
 * request without a token is not counted by token.
 */
function limitations({ requestsPerAddress, requestsPerToken }: Limits): CfnWebACL.RuleProperty[] {
  const token = { name: "authorization", textTransformations: [{ priority: 0, type: "NONE" }] };
  return [
    limited("requests-per-address", 0, { limit: requestsPerAddress, aggregateKeyType: "IP" }),
    limited("requests-per-token", 1, {
      limit: requestsPerToken,
      aggregateKeyType: "CUSTOM_KEYS",
      customKeys: [{ header: token }],
    }),
  ];
}

function limited(
  name: string,
  priority: number,
  counted: Omit<CfnWebACL.RateBasedStatementProperty, "evaluationWindowSec">,
): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    statement: { rateBasedStatement: { ...counted, evaluationWindowSec: WINDOW_SECONDS } },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: SLOW_DOWN,
          responseHeaders: [{ name: "Retry-After", value: String(WINDOW_SECONDS) }],
        },
      },
    },
    visibilityConfig: measuredAs(name),
  };
}

function ruleOf({ name, counted }: (typeof managed)[number], priority: number): CfnWebACL.RuleProperty {
  const ruleActionOverrides = counted.map((rule) => ({ name: rule, actionToUse: { count: {} } }));
  return {
    name,
    priority,
    statement: { managedRuleGroupStatement: { vendorName: "AWS", name, ruleActionOverrides } },
    overrideAction: { none: {} },
    visibilityConfig: measuredAs(name),
  };
}

/** Samples would show headers to whoever may look at them, so there are none. */
function measuredAs(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}

/** What nobody finds in anything that the firewall says of a request. */
const hidden: CfnWebACL.DataProtectProperty[] = [
  { field: { fieldType: "BODY" }, action: "SUBSTITUTION" },
  { field: { fieldType: "QUERY_STRING" }, action: "SUBSTITUTION" },
  {
    field: { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization", "cookie", "idempotency-key"] },
    action: "SUBSTITUTION",
  },
];

/** Only what was refused or counted is logged; the access log has all the rest. WAF wants the name to begin so. */
function log(scope: Construct, deployment: Deployment, acl: CfnWebACL): void {
  const logGroupName = `aws-waf-logs-${deployment.name}`;
  const group = new LogGroup(scope, "FirewallLog", {
    logGroupName,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const { partition, region, account } = Stack.of(scope);
  const made = new CfnLoggingConfiguration(scope, "FirewallLogging", {
    resourceArn: acl.attrArn,
    logDestinationConfigs: [`arn:${partition}:logs:${region}:${account}:log-group:${logGroupName}`],
    loggingFilter: {
      DefaultBehavior: "DROP",
      Filters: [
        {
          Behavior: "KEEP",
          Requirement: "MEETS_ANY",
          Conditions: ["BLOCK", "COUNT"].map((Action) => ({ ActionCondition: { Action } })),
        },
      ],
    },
  });
  made.node.addDependency(group);
}
