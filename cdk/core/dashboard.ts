import { Dashboard, GraphWidget, Metric, AlarmStatusWidget, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import type { Alarm, IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { MetricName } from "../../lambdas/core/metrics.ts";
import { NAMESPACE } from "../../lambdas/core/metrics.ts";
import { kapokMetric } from "./alarms.ts";
import type { Deployment } from "./deployment.ts";

/** Health at a glance: the alarms, what comes in and goes out, how long it takes, and the chain. */
export function dashboard(scope: Construct, deployment: Deployment, alarms: Alarm[]): Dashboard {
  const metric = (name: MetricName, statistic: string) => kapokMetric(deployment, name, statistic);
  const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 12, height: 6 });
  const made = new Dashboard(scope, "Dashboard", { dashboardName: deployment.name });
  made.addWidgets(
    new TextWidget({
      markdown: `# Kapok ${deployment.name}\n木棉 · What an alarm means and what to do: docs/operations.md`,
      width: 24,
      height: 2,
    }),
  );
  made.addWidgets(new AlarmStatusWidget({ title: "Alarms", alarms, width: 24, height: 4 }));
  made.addWidgets(
    graph("Operations a minute", metric("Accepted", "Sum"), metric("Final", "Sum"), metric("Rejected", "Sum")),
    graph("Time to final, ms", metric("TimeToFinal", "p50"), metric("TimeToFinal", "p99")),
  );
  made.addWidgets(
    graph("Waiting", ...byOrganisation(deployment, "LaneDepth")),
    graph("Oldest waiting, s", ...byOrganisation(deployment, "OldestWaiting")),
  );
  made.addWidgets(
    graph("Age of the newest block, s", metric("HeadAge", "Maximum")),
    graph("Blocks not indexed yet", metric("IndexerLag", "Maximum")),
  );
  made.addWidgets(
    graph(
      "Trouble",
      metric("NonceCandidates", "Sum"),
      metric("SignerErrors", "Sum"),
      metric("LanesStopped", "Maximum"),
    ),
    graph("Sweeps", metric("Sweeps", "Sum")),
  );
  return made;
}

function byOrganisation(deployment: Deployment, metricName: MetricName): Metric[] {
  return deployment.ownOrganisations.map(
    ({ id }) =>
      new Metric({
        namespace: NAMESPACE,
        metricName,
        dimensionsMap: { Deployment: deployment.name, Organisation: id },
        statistic: "Maximum",
        label: id,
      }),
  );
}
