import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { scenarios } from "../../lambdas/scenarios.ts";

/** The rules of the house: a scenario depends on core and on no other scenario; core knows no scenario. */
describe("The house", () => {
  const names = scenarios.map(({ name }) => name);
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "--", "*.ts", "*.sol"], {
    encoding: "utf8",
  })
    .split("\n")
    .filter((file) => file !== "" && /^(contracts|lambdas|cdk|scripts|test|web)\//.test(file));

  it("has files to look at", () => {
    expect(files.length).to.be.greaterThan(50);
  });

  it("lets no scenario import another one", () => {
    const wrong = edges(files).filter(({ from, to }) => {
      return names.includes(segment(from)) && names.includes(segment(to)) && segment(from) !== segment(to);
    });
    expect(wrong).to.deep.equal([]);
  });

  it("lets a scenario import nothing but itself and core", () => {
    const allowed = (from: string, to: string) => [segment(from), "core"].includes(segment(to));
    const wrong = edges(files).filter(({ from, to }) => {
      return names.includes(segment(from)) && /^(contracts|lambdas)\//.test(from) && !allowed(from, to);
    });
    expect(wrong).to.deep.equal([]);
  });

  it("lets core import no scenario, in whatever tree", () => {
    const wrong = edges(files).filter(({ from, to }) => {
      return (
        segment(from) === "core" &&
        !from.startsWith("test/") &&
        (names.includes(segment(to)) || to.endsWith("/scenarios.ts"))
      );
    });
    expect(wrong).to.deep.equal([]);
  });

  it("lets core speak of no scenario by name", () => {
    const core = files.filter((file) => segment(file) === "core" && /^(contracts|lambdas|cdk)\//.test(file));
    const wrong = core.filter((file) => {
      const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return names.some((name) => new RegExp(`["'\`]${name}["'\`]`).test(code));
    });
    expect(wrong).to.deep.equal([]);
  });
});

function segment(file: string): string {
  return file.split("/")[1]?.replace(/\.\w+$/, "") ?? "";
}

function edges(files: string[]): { from: string; to: string }[] {
  return files.flatMap((from) => {
    const text = readFileSync(from, "utf8");
    const imports = text.matchAll(/(?:from|import|import\()\s*["'](\.{1,2}\/[^"']+)["']/g);
    return [...imports].map(([, path]) => ({ from, to: normalize(join(dirname(from), path!)) }));
  });
}
