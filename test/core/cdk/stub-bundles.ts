import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "../../../cdk/core/bundle.ts";
import { scenarioPart } from "../../../cdk/core/bundles.ts";

/** Code that stands for that of the functions where a test only looks at what is around it. */
export class StubBundles {
  private readonly folder = mkdtempSync(join(tmpdir(), "kapok-stubs-"));

  constructor() {
    process.on("exit", () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** A bundle of each part of a deployment. */
  of(scenarios: readonly { name: string }[]): Record<string, Bundle> {
    const parts = ["api", "submitter", "indexer", "deployer", "waker", "sweeper"];
    const all = [...parts, ...scenarios.map(({ name }) => scenarioPart(name))];
    return Object.fromEntries(all.map((part) => [part, this.bundle(part)]));
  }

  private bundle(part: string): Bundle {
    const folder = join(this.folder, part);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "index.mjs"), `// ${part}`);
    return { folder, inputs: {} };
  }
}
