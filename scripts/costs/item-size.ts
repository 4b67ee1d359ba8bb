/** An item, or a key, in DynamoDB's JSON. */
export type RawItem = Record<string, RawValue>;
type RawValue = { [type: string]: any };

/**
 * What DynamoDB bills an item for, bytes: the names of its attributes and their values.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: RawItem): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);
}

function valueSize(value: RawValue): number {
  const [[type, content]] = Object.entries(value) as [[string, any]];
  if (type === "S") return Buffer.byteLength(content);
  if (type === "N") return Math.ceil(String(content).replace(/[-.]/g, "").length / 2) + 1;
  if (type === "B") return Buffer.byteLength(content, "base64");
  if (type === "L") return content.reduce((sum: number, each: RawValue) => sum + 1 + valueSize(each), 3);
  if (type === "M") return itemSize(content) + 3 + Object.keys(content).length;
  return 1;
}
