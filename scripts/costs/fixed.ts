import { metrics } from "../../lambdas/core/metrics.ts";
import type { Resource } from "../draw/sample-templates.ts";
import { sampleSettings, sampleTemplates } from "../draw/sample-templates.ts";
import type { Lines } from "./lines.ts";
import { prices } from "./prices.ts";

const { month } = prices;

/** What the sample's deployment costs each month, used or not, by what is counted in its templates. */
export function fixedCosts(): Lines {
  const sample = sampleSettings();
  const resources = resourcesOf(sample);
  const count = (type: string) => ofType(resources, type).length;
  const kept = Object.values(metrics).reduce((sum, metric) => {
    const by = "by" in metric ? metric.by : undefined;
    return sum + 1 + (by === "Organisation" ? sample["organisations"].length : by === "Scenario" ? 1 : 0);
  }, 0);
  return Object.fromEntries([
    line(count("KMS::Key"), "keys", month.key),
    line(count("Cognito::UserPoolClient"), "clients of the token endpoint", month.tokenClient),
    line(kept, "metrics", month.metric),
    line(count("CloudWatch::Alarm"), "alarms", month.alarm),
    line(1, "secret", month.secret),
  ]);
}

/** What an edge adds to that. */
export function fixedCostsOfEdge(): Lines {
  const sample = sampleSettings();
  const resources = resourcesOf({ ...sample, cloud: { ...sample["cloud"], edge: {} } });
  const acls = ofType(resources, "WAFv2::WebACL");
  const rules = acls.reduce((sum, { Properties }) => sum + Properties["Rules"].length, 0);
  return Object.fromEntries([
    line(acls.length, "firewall", month.webAcl),
    line(rules, "rules", month.webAclRule),
    line(ofType(resources, "SecretsManager::Secret").length, "secrets", month.secret),
  ]);
}

function resourcesOf(settings: unknown): Resource[] {
  return Object.values(sampleTemplates(settings)).flatMap(({ Resources }) => Object.values(Resources));
}

function ofType(resources: Resource[], type: string): Resource[] {
  return resources.filter(({ Type }) => Type === `AWS::${type}`);
}

function line(number: number, what: string, price: number): [string, number] {
  return [`${number} ${what}`, number * price];
}
