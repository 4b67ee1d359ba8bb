import { grouped } from "./table.ts";
import type { Session } from "./session.ts";

/**
 * What this organisation has issued since the last settlement, by the ledger's own account of it; undefined where the
 * client may not read it.
 */
export async function issuedBy(session: Session): Promise<number | undefined> {
  const answer = await session.call({ method: "GET", path: "/v1/points/positions" });
  if (answer.status !== 200) return undefined;
  const positions: { organisation: string; issued: number }[] = answer.body.positions;
  return positions.find(({ organisation }) => organisation === session.organisation)?.issued ?? 0;
}

/**
 * A second witness beside the operations: the position must have moved by what the new earnings hold. It is only a
 * witness, because whatever else the organisation posts meanwhile, and a settlement, moves it too.
 */
export function positionLine(before: number | undefined, after: number | undefined, newPoints: number): string {
  if (before === undefined || after === undefined) return "The position cannot be read with these credentials.";
  const moved = `The position's issued points went from ${grouped(before)} to ${grouped(after)}`;
  if (after - before === newPoints) return `${moved}: by the ${grouped(newPoints)} that this run added.`;
  return (
    `${moved}; this run added ${grouped(newPoints)}. Other postings of this organisation, a settlement, or an ` +
    "interrupted run that went on by itself can be the difference."
  );
}
