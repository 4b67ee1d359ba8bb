import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { printBundles } from "./bundles.ts";
import type { Run } from "./measure.ts";
import { percentile } from "./measure.ts";
import { throughput } from "./throughput.ts";

/**
 * `npm run bench [-- --rounds N] [-- --bundles]`: gas, bundles and throughput, each beside its yardstick, on this machine,
 * in one run; or bundles alone.
 */
const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, bundles: { type: "boolean" } } });
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error("--rounds is a number of rounds, 1 or more");
const token = resolve("artifacts/scripts/points/PlainToken.sol/PlainToken.json");

console.log(
  `${cpus().length} processors (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
);
if (values.bundles) {
  await printBundles();
  process.exit(0);
}
execFileSync("hardhat", ["build", "--quiet"], { stdio: "inherit" });
if (existsSync("scripts/points/gas.ts")) execFileSync("node", ["scripts/points/gas.ts"], { stdio: "inherit" });
await printBundles();

const runs = await throughput(rounds, token);
printThroughput(runs);
process.exit(0);

function printThroughput(runs: Run[]): void {
  const contenders = [...new Set(runs.map(({ contender }) => contender))];
  const rate = (contender: string) =>
    percentile(
      of(runs, contender).map((run) => run.operations / run.seconds),
      0.5,
    );
  const yardstick = rate(contenders[0]!);

  console.log("\nOperations a second from HTTP request to final; the median of the rounds, in turns on one node");
  console.table(
    Object.fromEntries(
      contenders.map((contender) => {
        const own = of(runs, contender);
        const accepted = own.flatMap((run) => run.accepted);
        const final = own.flatMap((run) => run.final);
        return [
          contender,
          {
            "operations/s": Math.round(rate(contender)),
            "to the relayer": `${(rate(contender) / yardstick).toFixed(2)} x`,
            rounds: own.map((run) => Math.round(run.operations / run.seconds)).join(" "),
            "accepted p50 ms": rounded(percentile(accepted, 0.5)),
            "accepted p99 ms": rounded(percentile(accepted, 0.99)),
            "final p50 ms": rounded(percentile(final, 0.5)),
            "final p99 ms": rounded(percentile(final, 0.99)),
            "blocks filled": `${Math.round(
              percentile(
                own.map(({ filled }) => filled),
                0.5,
              ) * 100,
            )} %`,
          },
        ];
      }),
    ),
  );

  console.log("Where the time goes: microseconds of processor time an operation");
  console.table(
    Object.fromEntries(
      contenders.map((contender) => {
        const processor = of(runs, contender).map((run) => run.processor);
        const names = Object.keys(processor[0]!);
        return [
          contender,
          Object.fromEntries(
            names.map((name) => [
              name,
              rounded(
                percentile(
                  processor.map((time) => time[name]!),
                  0.5,
                ),
              ),
            ]),
          ),
        ];
      }),
    ),
  );
}

function of(runs: Run[], contender: string): Run[] {
  return runs.filter((run) => run.contender === contender);
}

function rounded(value: number): number | string {
  return Number.isNaN(value) ? "-" : Math.round(value);
}
