import { metrics } from "../../lambdas/core/metrics.ts";
import { sampleSettings, sampleTemplates } from "../draw/sample-templates.ts";
import type { Lines } from "./lines.ts";
import { prices } from "./prices.ts";

/** What the sample's deployment costs each month, used or not, by what is counted in its templates. */
export function fixedCosts(): Lines {
  const resources = Object.values(sampleTemplates()).flatMap(({ Resources }) => Object.values(Resources));
  const count = (type: string) => resources.filter(({ Type }) => Type === `AWS::${type}`).length;
  const { organisations } = sampleSettings();
  const kept = Object.values(metrics).reduce((sum, metric) => {
    const by = "by" in metric ? metric.by : undefined;
    return sum + 1 + (by === "Organisation" ? organisations.length : by === "Scenario" ? 1 : 0);
  }, 0);
  const { month } = prices;
  const line = (number: number, what: string, price: number) => [`${number} ${what}`, number * price] as const;
  return Object.fromEntries([
    line(count("KMS::Key"), "keys", month.key),
    line(count("Cognito::UserPoolClient"), "clients of the token endpoint", month.tokenClient),
    line(kept, "metrics", month.metric),
    line(count("CloudWatch::Alarm"), "alarms", month.alarm),
    line(1, "secret", month.secret),
  ]);
}
