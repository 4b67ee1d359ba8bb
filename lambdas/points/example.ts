/** A redemption by `curl` at one merchant of the sample, by a guest whom another one enrolled. */
export function example(apiUrl: string): string {
  return [
    `  curl -s -X POST ${apiUrl}/v1/points/redemptions \\`,
    `    -H "Authorization: Bearer $(npm run -s token -- kapok-tea-house)" \\`,
    `    -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" -H "Prefer: wait=10" \\`,
    `    -H "Content-Type: application/json" -d "{\\"member\\":\\"$(npm run -s guest)\\",\\"points\\":100}"`,
  ].join("\n");
}
