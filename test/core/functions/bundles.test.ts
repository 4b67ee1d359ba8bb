import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle } from "../../../cdk/core/bundle.ts";
import { scenarios } from "../../../lambdas/scenarios.ts";

describe("The bundles of functions", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "kapok-bundles-"));
  after(() => rmSync(folder, { recursive: true }));

  for (const { name } of scenarios) {
    it(`carry no chain where they only accept, and at most 200 kB: ${name}`, async () => {
      const { inputs } = await bundle(`lambdas/${name}/api.ts`, join(folder, name));
      const files = Object.keys(inputs);
      expect(files).to.include("lambdas/core/accepting/accept.ts");
      const chain =
        /viem\/_esm\/(clients|actions|accounts)|lambdas\/core\/(chain\/(chain|nodes)|submitting|indexing)|generated/;
      expect(files.filter((file) => chain.test(file))).to.deep.equal([]);
      expect(files.filter((file) => /zod\/.*locales\/(?!en|index)/.test(file))).to.deep.equal([]);
      expect(gzipSync(readFileSync(join(folder, name, "index.mjs")), { level: 9 }).length).to.be.below(200_000);
    });
  }

  it("know neither chain nor keys where they only wake", async () => {
    const { inputs } = await bundle("lambdas/core/waker.ts", join(folder, "waker"));
    expect(Object.keys(inputs).filter((file) => /viem|client-kms|client-dynamodb/.test(file))).to.deep.equal([]);
  });

  it("are the same bytes from the same sources", async () => {
    const bytes = async (place: string) => {
      await bundle("lambdas/core/waker.ts", join(folder, place));
      return readFileSync(join(folder, place, "index.mjs"), "utf8");
    };
    expect(await bytes("one")).to.equal(await bytes("other"));
  });
});
