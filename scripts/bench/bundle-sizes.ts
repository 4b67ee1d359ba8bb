import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Bundle } from "../../cdk/core/bundle.ts";

/** How many of the inputs that weigh most are named. */
const HEAVIEST = 5;

/** What one function's code weighs. */
export interface BundleSize {
  /** Bytes, as they are uploaded. */
  raw: number;
  /** Bytes, gzipped. */
  gzipped: number;
  /** What most of it is, heaviest first: packages, or folders of our own, with their bytes before compression. */
  heaviest: [name: string, bytes: number][];
}

/** Weighs a bundle. */
export function bundleSize({ folder, inputs }: Bundle): BundleSize {
  const code = readFileSync(join(folder, "index.mjs"));
  const weights = new Map<string, number>();
  for (const [file, bytes] of Object.entries(inputs)) {
    const origin = originOf(file);
    weights.set(origin, (weights.get(origin) ?? 0) + bytes);
  }
  const heaviest = [...weights].toSorted(([, one], [, other]) => other - one).slice(0, HEAVIEST);
  return { raw: code.length, gzipped: gzipSync(code).length, heaviest };
}

/** The package that a file is of, or the folder of our own that it lies in: single files say little. */
function originOf(file: string): string {
  const [, inside] = file.split(/^(?:.*\/)?node_modules\//);
  if (inside === undefined) return file.split("/").slice(0, 2).join("/");
  return inside.split("/", inside.startsWith("@") ? 2 : 1).join("/");
}
