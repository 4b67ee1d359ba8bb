import fc from "fast-check";

/** JSON texts that break things, some of which no JavaScript value can make. */
export const nasty = [
  ["0", "-0", "-1", "0.1", "1e-9", "1e309", "-1e309", "NaN", "Infinity", "01", "0x10", "1_000", "''"],
  [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 32n, 2n ** 256n, -(2n ** 63n)].map(String),
  [
    "null",
    "true",
    "[]",
    "{}",
    "[[]]",
    '""',
    '" "',
    '"NaN"',
    '"1"',
    '"木棉"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
  ],
  ['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"toString":1}'],
  ["[".repeat(31) + "]".repeat(31), "[".repeat(100_000), "[".repeat(5000) + "]".repeat(5000), '{"a":'.repeat(5000)],
  [`"${"x".repeat(100_000)}"`, '"\\u202e"', '"<script>alert(1)</script>"', `"'; DROP TABLE members; --"`, "undefined"],
].flat();

type Schema = any;

/** JSON texts of a schema in which something, sometimes nothing, is wrong. */
export function almost(schema: Schema, schemas: Record<string, Schema>): fc.Arbitrary<string> {
  if (schema.$ref) return almost(schemas[schema.$ref.split("/").at(-1)], schemas);
  return fc.oneof(
    { weight: 8, arbitrary: proper(schema, schemas) },
    { weight: 1, arbitrary: fc.constantFrom(...nasty) },
    { weight: 1, arbitrary: fc.json() },
  );
}

function proper(schema: Schema, schemas: Record<string, Schema>): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum.map((value: unknown) => JSON.stringify(value)));
  if (schema.format === "uuid") return fc.uuid().map((uuid) => JSON.stringify(uuid));
  if (schema.type === "integer") return fc.integer({ min: schema.minimum, max: schema.maximum }).map(String);
  if (schema.type === "string")
    return fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).map((text) => JSON.stringify(text));
  if (schema.type === "array") {
    return fc.array(almost(schema.items, schemas), { maxLength: 4 }).map((items) => `[${items.join(",")}]`);
  }
  const members = Object.entries<Schema>(schema.properties ?? {}).map(([name, inner]) => {
    const member = almost(inner, schemas).map((text) => `${JSON.stringify(name)}:${text}`);
    const absent = fc.constant("");
    if (!schema.required?.includes(name)) return fc.oneof(member, absent);
    return fc.oneof({ weight: 20, arbitrary: member }, { weight: 1, arbitrary: absent });
  });
  const stranger = fc.oneof(
    { weight: 12, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.constantFrom('"__proto__":{"polluted":1}', '"colour":"red"', '"":0') },
  );
  return fc.tuple(...members, stranger).map((parts) => `{${parts.filter((part) => part !== "").join(",")}}`);
}
