/** Packs an account word as the contract does: bucket i holds what was earned i periods before `period`. */
export function accountWord(
  buckets: number[],
  period: number,
  { frozen = false, enrolled = true }: { frozen?: boolean; enrolled?: boolean } = {},
): bigint {
  const packed = buckets.reduce((word, points, age) => word | (BigInt(points) << BigInt(28 * age)), 0n);
  const flags = (frozen ? 1n << 254n : 0n) | (enrolled ? 1n << 255n : 0n);
  return packed | (BigInt(period) << 224n) | flags;
}
