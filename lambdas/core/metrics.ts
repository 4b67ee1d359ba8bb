/** The namespace of every metric of ours in CloudWatch. */
export const NAMESPACE = "Kapok";

/** What a metric can be told apart by, beside `Deployment`, which every one has. */
export type Dimension = "Organisation" | "Scenario";

interface Metric {
  unit: "Count" | "Milliseconds" | "Seconds";
  /** It is kept for the deployment as a whole, and for each of these. */
  by?: Dimension;
}

/** Every metric, under its name in CloudWatch. Alarms and dashboards are made from this table too. */
export const metrics = {
  /** Operations that were stored, and are answered with 202. By the API, at each request. */
  Accepted: { unit: "Count", by: "Scenario" },
  /** Operations of this deployment's journals that were decided. By the indexer, at each batch of a block. */
  Final: { unit: "Count", by: "Scenario" },
  Rejected: { unit: "Count", by: "Scenario" },
  /** From the moment at which operations were stored to the one at which their block is indexed. */
  TimeToFinal: { unit: "Milliseconds", by: "Scenario" },
  /** Operations that wait or are under way. By the sweeper, each minute, as are the next two. */
  LaneDepth: { unit: "Count", by: "Organisation" },
  /** For how long the oldest of them does; 0 where there is none. */
  OldestWaiting: { unit: "Seconds", by: "Organisation" },
  /** Lanes that sign nothing until a person looks. */
  LanesStopped: { unit: "Count" },
  /** Transactions that were put beside one that did not land. By the submitter. */
  NonceCandidates: { unit: "Count", by: "Organisation" },
  /** Transactions that could not be signed; each is tried again every second. By the submitter. */
  SignerErrors: { unit: "Count", by: "Organisation" },
  /** Blocks that the chain has and the store does not know yet. By the indexer that has the lease, as is the next one. */
  IndexerLag: { unit: "Count" },
  /** How long ago the chain made its newest block that is known here, whether its nodes answer or not. */
  HeadAge: { unit: "Seconds" },
  /** Sweeps that went through. By the sweeper, each minute; none means that it is silent. */
  Sweeps: { unit: "Count" },
  /** Lines of the log that a person must look at. By whoever writes one. */
  Alarms: { unit: "Count" },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

/** What a line of the log measures, in the units of the table. */
export interface Measured {
  /** Several values are several samples: at most {@link MOST_SAMPLES}. */
  values: Partial<Record<MetricName, number | number[]>>;
  organisation?: string;
  scenario?: string;
}

/** CloudWatch takes no more of one metric in a line. */
export const MOST_SAMPLES = 100;

/**
 * The attributes by which CloudWatch finds metrics in a line of a function's log, in its embedded metric format. Nothing
 * is sent and nobody waits: the line is all.
 */
export function embedded(deployment: string, { values, organisation, scenario }: Measured): Record<string, unknown> {
  const measured = (Object.keys(values) as MetricName[]).filter((name) => values[name] !== undefined);
  const dimensions = { Organisation: organisation, Scenario: scenario };
  const directives = [...new Set(measured.map(dimensionOf))].map((by) => {
    const ofThese = measured.filter((name) => dimensionOf(name) === by);
    return {
      Namespace: NAMESPACE,
      Dimensions: [["Deployment"], ...(by && dimensions[by] !== undefined ? [["Deployment", by]] : [])],
      Metrics: ofThese.map((name) => ({ Name: name, Unit: metrics[name].unit })),
    };
  });
  return {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives },
    Deployment: deployment,
    ...(organisation !== undefined && { Organisation: organisation }),
    ...(scenario !== undefined && { Scenario: scenario }),
    ...Object.fromEntries(measured.map((name) => [name, values[name]])),
  };
}

function dimensionOf(name: MetricName): Dimension | undefined {
  const metric: Metric = metrics[name];
  return metric.by;
}

/** Some of many samples, evenly, so that they fit into one line. */
export function sampled(samples: number[]): number[] {
  if (samples.length <= MOST_SAMPLES) return samples;
  return Array.from({ length: MOST_SAMPLES }, (_, n) => samples[Math.floor((n * samples.length) / MOST_SAMPLES)]!);
}
