import { format } from "prettier";
import { fixedCosts, fixedCostsOfEdge } from "./fixed.ts";
import type { Lines } from "./lines.ts";
import { aimed, costOfIdleMonth, costOfMillion } from "./lines.ts";
import { prices } from "./prices.ts";
import type { Snapshot } from "./snapshot.ts";
import { HIGHEST_AS_IT_IS, rates, workloads } from "./workloads.ts";

/** `docs/cost.md`, made from what was measured and from list prices. */
export async function costPage({ memory, operations, idleSecond }: Snapshot): Promise<string> {
  const figures = (name: string) => costOfMillion(operations[name]!, workloads[name]!.rate, memory);
  const names = (kind: string) => rates.map((rate) => `${kind}, ${rate} a second`);
  // What it adds does not depend on how many others there are.
  const waiting = rates.map((rate) => {
    const measured = `${Math.min(rate, HIGHEST_AS_IT_IS)} a second`;
    return together(figures(`singles that wait, ${measured}`)) - together(figures(`singles, ${measured}`));
  });
  const tables = [
    costTable("operations, one by one", names("singles").map(figures), { waiting }),
    costTable("operations in batches", names("batches").map(figures), {}),
  ];
  const counted = table(
    ["an operation", "requests", "write units", "read units", "signatures", "calls of functions"],
    Object.keys(workloads).map((name) => {
      const { requests, writeUnits, readUnits, signatures, calls } = operations[name]!;
      const started = Object.values(calls).reduce((sum, count) => sum + count, 0);
      return [name, ...[requests, writeUnits, readUnits, signatures, started].map(figure)];
    }),
  );
  const idle = costOfIdleMonth(idleSecond, memory, fixedCosts());
  const edge = fixedCostsOfEdge();
  return format(
    `# What it costs

Made by \`npm run costs\` from \`scripts/costs/calls.json\`, which counts the calls of a deployment in the emulator, and from
list prices of us-east-1 in US dollars (\`scripts/costs/prices.ts\`), without free tiers. Other regions have other prices.
The chain makes a block a second. One by one at 200 a second, the run is slowed to a tenth, blocks and all, since no more was
emulated; what waits for blocks looks ten times as often then, so reads are counted too high. What functions take in time is
what they took in the emulator. A batch comes every five seconds.

${counted}

${tables.join("\n\n")}

The aim is $4 for those that come one by one and $2 for those in batches; neither is met. What is written weighs most: an
operation and its place in the queue are one transaction (four units), then come its entry in the projection, its mark and
leaving the queue (one each). A transaction of the chain costs a dozen units in journal and lane, however many operations it
holds: so at one a second, where each has a transaction and a signature to itself, it is dear, and many together are cheap. Of
the time, one second of an indexer is paid each second, whatever comes. What waiting adds at 200 a second is what it adds at
${HIGHEST_AS_IT_IS}.

A relayer that signs and sends one transaction an operation pays ${dollars(prices.signature * 1e6)} for signatures alone.

## A month in which nobody asks for anything

The sample's settings: four organisations, a client each.

${table(
  ["", "dollars"],
  [...Object.entries(idle), ["**together**", sum(idle)] as const].map(([name, price]) => [name, dollars(price)]),
)}

The edge adds ${dollars(sum(edge))}: ${Object.keys(edge).join(", ")}. Storage, traffic to the internet and the chain's own nodes are
not in any of these figures.
`,
    { parser: "markdown", printWidth: 120 },
  );
}

function sum(lines: Lines): number {
  return Object.values(lines).reduce((total, line) => total + line, 0);
}

/** Its lines up to the aim, their sum, and what comes on top. */
function costTable(title: string, columns: Lines[], further: Record<string, number[]>): string {
  const line = (name: string) => [name, ...columns.map((lines) => dollars(lines[name]!))];
  const rest = Object.keys(columns[0]!).filter((name) => !aimed.includes(name));
  const rows = [
    ...aimed.map(line),
    ["**together**", ...columns.map((lines) => `**${dollars(together(lines))}**`)],
    ...Object.entries(further).map(([name, amounts]) => [name, ...amounts.map(dollars)]),
    ...rest.map(line),
  ];
  return `### A million ${title}\n\n${table(["", ...rates.map((rate) => `${rate} a second`)], rows)}`;
}

function together(lines: Lines): number {
  return aimed.reduce((total, name) => total + lines[name]!, 0);
}

const dollars = (amount: number) => `$${amount.toFixed(2)}`;
const figure = (count: number) => String(Number(count.toPrecision(3)));

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
