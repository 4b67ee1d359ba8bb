import { operationId } from "../../../lambdas/core/operation.ts";
import type { Booking } from "./stay.ts";

/** How the operations of a booking are named, the same in every run of the import. */
export interface Names {
  enrolKey: string;
  earnKey: string;
  /** The id of the member, which is the id of the operation that enrols it. */
  member: string;
  /** The id of the operation by which it earns. */
  earning: string;
}

/**
 * The Idempotency-Keys of a booking, `stays/enrol/<Hotel>/<RowNo>` and `stays/earn/<Hotel>/<RowNo>`, and the ids that
 * follow from them. Nothing in them is about the guest. Whatever is not an ASCII letter or digit in the hotel's name is
 * percent-encoded.
 */
export function namesOf(organisation: string, { hotel, rowNo }: Booking): Names {
  const name = `${encodeURIComponent(hotel)}/${rowNo}`;
  const [enrolKey, earnKey] = [`stays/enrol/${name}`, `stays/earn/${name}`];
  const idOf = (key: string) => operationId(organisation, key);
  return { enrolKey, earnKey, member: idOf(enrolKey), earning: idOf(earnKey) };
}
