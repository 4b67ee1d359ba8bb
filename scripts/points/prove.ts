import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { proofs } from "./proofs.ts";

/**
 * `node scripts/points/prove.ts`: has the SMTChecker of solc prove the arithmetic of points, in two processes, and fails
 * unless every assertion of every listed proof is reported as proved. A violation is only a warning of the compiler, so
 * its words are read here.
 *
 * The engine is BMC: nothing in Buckets.sol loops, so that bounded is complete; CHC finds none of these within minutes.
 */
const SAFE = "2961";
/** BMC is deprecated: solc says so, and has nothing that takes its place for this. */
const KNOWN = ["3993"];

interface Message {
  errorCode: string;
  formattedMessage: string;
  sourceLocation?: { file: string; start: number };
}

if (process.send) {
  process.send(prove(process.argv.slice(2).map(Number)));
} else {
  const indexes = proofs.map((_, index) => index);
  const parts = [0, 1].map((part) => indexes.filter((index) => index % 2 === part));
  const faults = new Map((await Promise.all(parts.map(provedElsewhere))).flat());
  for (const [index, { name, laws }] of proofs.entries()) {
    const fault = faults.get(index) ?? "the solver died";
    console.log(`${fault === "" ? "✔" : "✘"} ${name} (laws ${laws.join(", ")}) ${fault}`.trimEnd());
  }
  const failing = proofs.filter((_, index) => faults.get(index) !== "").length;
  console.log(`\n${proofs.length - failing} passing${failing > 0 ? `\n${failing} failing` : ""}`);
  process.exitCode = failing > 0 ? 1 : 0;
}

/** What was not proved of each proof, or an empty string. */
type Faults = [index: number, fault: string][];

function provedElsewhere(indexes: number[]): Promise<Faults> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), indexes.map(String));
    let faults: Faults = [];
    child.on("message", (message) => (faults = message as Faults));
    child.on("close", () => resolve(faults));
  });
}

function prove(indexes: number[]): Faults {
  const library = readFileSync(fileURLToPath(new URL("../../contracts/points/Buckets.sol", import.meta.url)), "utf8");
  const contracts = indexes.map((index) => `contract Proof${index} {\n${proofs[index]!.code}\n}\n`);
  const begin = `// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.37;\nimport {Buckets} from "./Buckets.sol";\n`;
  const messages = check({ "Buckets.sol": library, "Proofs.sol": begin + contracts.join("") });

  let end = begin.length;
  return indexes.map((index, place) => {
    const start = end;
    end += contracts[place]!.length;
    const isOwn = ({ sourceLocation: at }: Message) => {
      return at?.file === "Proofs.sol" && at.start >= start && at.start < end;
    };
    const safe = messages.filter((message) => message.errorCode === SAFE && isOwn(message)).length;
    const asserted = contracts[place]!.split("assert(").length - 1;
    // What is said of no proof, such as an error of the compiler, is everybody's.
    const others = messages.filter((message) => {
      const isOfOther = message.sourceLocation?.file === "Proofs.sol" && !isOwn(message);
      return message.errorCode !== SAFE && !KNOWN.includes(message.errorCode) && !isOfOther;
    });
    const words = others.map(({ formattedMessage }) => formattedMessage).join("\n");
    const isProved = safe === asserted && asserted > 0 && others.length === 0;
    return [index, isProved ? "" : `${safe} of ${asserted} assertions proved. ${words}`];
  });
}

/** Everything that the compiler and its solver say. */
function check(sources: Record<string, string>): Message[] {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const modelChecker = {
    engine: "bmc",
    solvers: ["z3"],
    targets: ["assert"],
    showProvedSafe: true,
    showUnproved: true,
    divModNoSlacks: true,
  };
  const contents = Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }]));
  const input = { language: "Solidity", sources: contents, settings: { modelChecker } };
  return (JSON.parse(solc.compile(JSON.stringify(input))) as { errors?: Message[] }).errors ?? [];
}
