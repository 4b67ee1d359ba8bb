import type { Desk } from "./desk.ts";

/** What must be as it was when nothing was accepted: positions, pool, a guest, and how many settlements there are. */
export function stateOf(operator: Desk, guest: string): Promise<unknown> {
  return Promise.all([
    operator.read("/v1/points/positions"),
    operator.read(`/v1/points/members/${guest}`),
    operator.entries(guest),
    operator.read("/v1/points/settlements?limit=1"),
  ]);
}
