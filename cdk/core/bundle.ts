import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "esbuild";
import { build } from "esbuild";

/** One function's code: a folder with `index.mjs`, and how many bytes of which file went into it. */
export interface Bundle {
  folder: string;
  inputs: Record<string, number>;
}

/** Texts of errors in every language but English, which nobody reads: 350 kB. */
const oneLanguage: Plugin = {
  name: "one-language",
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: `export { default as en } from "./en.js";`,
    }));
  },
};

/**
 * Bundles an entry with everything that it needs, the SDK included: what was tested is what runs, whatever AWS puts into
 * its runtimes. The same sources give the same bytes, so that a deployment without a change changes nothing.
 * @param entry path of the file from the repository's root
 * @param folder where the bundle goes
 */
export async function bundle(entry: string, folder: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    entryPoints: [resolve(entry)],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    legalComments: "none",
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    outfile: resolve(folder, "index.mjs"),
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    plugins: [oneLanguage],
    alias: { "@aws-sdk/credential-provider-node": resolve("lambdas/core/functions/environment-credentials.ts") },
    logLevel: "error",
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output!.inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput] as const);
  return { folder, inputs: Object.fromEntries(used.filter(([, bytes]) => bytes > 0)) };
}
