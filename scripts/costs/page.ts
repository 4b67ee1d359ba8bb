import { format } from "prettier";
import { fixedCosts } from "./fixed.ts";
import type { Lines } from "./lines.ts";
import { aimed, costOfIdleMonth, costOfMillion } from "./lines.ts";
import { prices } from "./prices.ts";
import type { Snapshot } from "./snapshot.ts";
import { workloads } from "./workloads.ts";

/** `docs/cost.md`, made from what was measured and from list prices. */
export async function costPage({ memory, operations, idleSecond }: Snapshot): Promise<string> {
  const columns = Object.entries(workloads).map(([name, { rate }]) => {
    const lines = costOfMillion(operations[name]!, rate, memory);
    const subtotal = aimed.reduce((sum, line) => sum + lines[line]!, 0);
    return { name, lines, subtotal };
  });
  const lineNames = Object.keys(columns[0]!.lines);
  const kinds = ["singles", "singles that wait", "batches"];
  const tables = kinds.map((kind) => {
    const own = columns.filter(({ name }) => name.startsWith(`${kind},`));
    const rows = [
      ...aimed.map((line) => [line, ...own.map(({ lines }) => dollars(lines[line]!))]),
      ["**together**", ...own.map(({ subtotal }) => `**${dollars(subtotal)}**`)],
      ...lineNames
        .filter((line) => !aimed.includes(line))
        .map((line) => [line, ...own.map(({ lines }) => dollars(lines[line]!))]),
    ];
    return `### A million ${kind}\n\n${table(["", ...own.map(({ name }) => name.split(", ")[1]!)], rows)}`;
  });
  const counted = table(
    ["an operation", "requests", "write units", "read units", "signatures", "calls of functions"],
    columns.map(({ name }) => {
      const { requests, writeUnits, readUnits, signatures, calls } = operations[name]!;
      const started = Object.values(calls).reduce((sum, count) => sum + count, 0);
      return [name, ...[requests, writeUnits, readUnits, signatures, started].map(figure)];
    }),
  );
  const idle = costOfIdleMonth(idleSecond, memory, fixedCosts());
  return format(
    `# What it costs

Made by \`npm run costs\` from \`scripts/costs/calls.json\`, which counts the calls of a deployment in the emulator, and from
list prices of us-east-1 in US dollars (\`scripts/costs/prices.ts\`), without free tiers. Hong Kong is dearer by up to a half.
The chain makes a block a second. At 200 a second the run is slowed to a tenth, blocks and all: this machine emulates no
more. What functions take in time is what they took in the emulator.

${counted}

${tables.join("\n\n")}

A relayer that signs and sends one transaction an operation pays ${dollars(prices.signature * 1e6)} for signatures alone.

## A month in which nobody asks for anything

The sample's settings: four organisations, a client each.

${table(
  ["", "dollars"],
  [...Object.entries(idle), ["**together**", sum(idle)] as const].map(([name, price]) => [name, dollars(price)]),
)}

The edge adds ${dollars(prices.month.firewall)} for its firewall. Storage, traffic to the internet and the chain's own nodes
are not in any of these figures.
`,
    { parser: "markdown", printWidth: 120 },
  );
}

function sum(lines: Lines): number {
  return Object.values(lines).reduce((total, line) => total + line, 0);
}

const dollars = (amount: number) => `$${amount.toFixed(2)}`;
const figure = (count: number) => String(Number(count.toPrecision(3)));

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
