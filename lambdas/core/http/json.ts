import { Problem } from "../problem.ts";

const deepest = 32;

/**
 * Parses JSON and refuses what is JSON by the letter and harms further on: keys that reach a prototype, text that is
 * not Unicode, nesting without end.
 * @throws Problem `invalid-request`
 */
export function parseJson(text: string): unknown {
  const value = parsed(text);
  inspect(value);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("invalid-request", "The body is not JSON.");
  }
}

/** Walks the value without recursion, since its depth is the sender's choice. */
function inspect(root: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === "string") inspectText(value);
    if (typeof value !== "object" || value === null) continue;
    if (depth === deepest) throw new Problem("invalid-request", `The body nests deeper than ${deepest} levels.`);
    for (const [key, child] of Object.entries(value)) {
      if (key === "__proto__") throw new Problem("invalid-request", "The body has a key `__proto__`.");
      inspectText(key);
      open.push({ value: child, depth: depth + 1 });
    }
  }
}

function inspectText(text: string): void {
  if (!text.isWellFormed())
    throw new Problem("invalid-request", "The body has a lone surrogate, which is no character.");
}
