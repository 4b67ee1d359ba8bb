import { expect } from "chai";
import { readFileSync } from "node:fs";
import { laws } from "../../../lambdas/points/audit-laws.ts";

const read = (path: string) => readFileSync(new URL(`../../../contracts/points/${path}`, import.meta.url), "utf8");

describe("contracts/points/README.md", () => {
  const text = read("README.md");

  it("numbers the laws as the audit does", () => {
    const numbered = [...text.matchAll(/^(\d)\. \*\*([^*]+?)\.?\*\*/gm)];
    const told = numbered.map(([, number, law]) => `points ${number}. ${law!.replace(/\s+/g, " ")}`);
    expect(told).to.deep.equal(Object.values(laws));
  });

  it("tells the gas that is committed", () => {
    const rows = [...text.matchAll(/^\| (.+?) +\| (\d+) +\|$/gm)].map(([, name, gas]) => [name, Number(gas)]);
    const {
      "an operation in a batch of 500": operations,
      "a transaction": transactions,
      ...rest
    } = JSON.parse(read("gas.json"));
    expect(Object.fromEntries(rows)).to.include({ ...operations, ...transactions });
    for (const gas of Object.values(rest["OpenZeppelin ERC-20, a transaction"])) expect(text).to.contain(String(gas));
  });
});
