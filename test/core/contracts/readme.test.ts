import { expect } from "chai";
import { readFileSync } from "node:fs";
import { laws } from "../../../lambdas/core/auditing/laws.ts";

describe("contracts/core/README.md", () => {
  it("numbers the laws as the audit does", () => {
    const text = readFileSync(new URL("../../../contracts/core/README.md", import.meta.url), "utf8");
    const numbered = [...text.matchAll(/^(\d)\. \*\*([^*]+?)\.?\*\*/gm)];
    const told = numbered.map(([, number, law]) => `core ${number}. ${law!.replace(/\s+/g, " ")}`);
    expect(told).to.deep.equal(Object.values(laws));
  });
});
