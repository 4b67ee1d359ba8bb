import type { Facade } from "../core/facade.ts";
import type { Api, Call } from "../core/http/api.ts";
import { acceptBatch } from "./batches.ts";
import { readEntries, readMember } from "./member.ts";
import { readAllPositions, readOwnPosition } from "./positions.ts";
import * as schemas from "./schemas.ts";
import { readSettlement, readSettlements } from "./settlements.ts";
import type { Viewer } from "./settlements.ts";

const writing = { scopes: ["points:write"] };
const reading = { scopes: ["points:read", "points:admin"] };
const operating = { scopes: ["points:admin"] };

const earning = ["unknown-member", "daily-cap-exceeded", "account-full", "position-full"];
const redeeming = ["unknown-member", "member-frozen", "insufficient-points", "account-full", "position-full"];
const reversing = [
  "not-found",
  "original-not-final",
  "not-reversible",
  "original-not-proven",
  "original-expired",
  "reversal-too-large",
  "account-full",
];

/** The routes below `/v1/points`. */
export function routes(api: Api, facade: Facade): void {
  api.write({
    ...writing,
    path: "/members",
    name: "enrolMember",
    summary: "Enrols a guest as a member",
    description: "The member's id is the id of the operation that enrols it, so the same key gives the same member.",
    kind: "enrol",
    body: schemas.enrolment,
    creates: true,
    problems: ["member-exists", "account-full"],
  });

  api.read({
    ...reading,
    path: "/members/{id}",
    name: "getMember",
    summary: "What a member has, and when it expires",
    answer: schemas.member,
    handle: ({ id }) => readMember(facade, id),
  });

  api.list({
    ...reading,
    path: "/members/{id}/entries",
    name: "listEntries",
    summary: "What happened to a member's points, newest first",
    description: "What expired is an entry too, so that all entries sum to the balance.",
    items: "entries",
    item: schemas.entry,
    handle: ({ id }, page) => readEntries(facade, id, page),
  });

  api.write({
    ...operating,
    method: "put",
    path: "/members/{id}/freeze",
    name: "freezeMember",
    summary: "Freezes a member, who can then earn but not redeem",
    kind: "freeze",
    body: schemas.nothing,
    request: ({ id }) => ({ member: id }),
    problems: ["unknown-member"],
  });

  api.write({
    ...operating,
    method: "delete",
    path: "/members/{id}/freeze",
    name: "unfreezeMember",
    summary: "Lets a frozen member redeem again",
    kind: "unfreeze",
    body: schemas.nothing,
    request: ({ id }) => ({ member: id }),
    problems: ["unknown-member"],
  });

  api.write({
    ...writing,
    path: "/earnings",
    name: "earnPoints",
    summary: "Lets a member earn points",
    kind: "earn",
    body: schemas.posting,
    problems: earning,
  });

  api.write({
    ...writing,
    path: "/redemptions",
    name: "redeemPoints",
    summary: "Redeems a member's points, the oldest first",
    kind: "redeem",
    body: schemas.posting,
    problems: redeeming,
  });

  api.write({
    ...writing,
    path: "/reversals",
    name: "reverseOperation",
    summary: "Reverses an earning or a redemption of your own, or a part of it",
    description:
      "Of an earning it takes the points back; what the member has spent already is the merchant's loss and stands in " +
      "`shortfall`. Of a redemption it returns the points with the life of points earned now.",
    kind: "reverse",
    body: schemas.reversal,
    problems: reversing,
  });

  api.post({
    ...writing,
    path: "/batches",
    name: "postBatch",
    summary: "Accepts up to 1,000 earnings and redemptions at once",
    description:
      "Each entry has its own key, in the same space as the Idempotency-Key header. All are accepted or none; each then " +
      "succeeds or is rejected on its own. Sent again, it completes.",
    body: schemas.batch,
    status: 202,
    answer: schemas.batchAnswer,
    handle: ({ organisation, body }) => acceptBatch(facade, organisation, body),
  });

  api.read({
    ...reading,
    path: "/positions",
    name: "getPositions",
    summary: "What is open between merchants and pool since the last settlement",
    description: "A merchant sees its own position, the operator every one and the pool.",
    answer: schemas.positions,
    handle: (call) => (viewerOf(call).operator ? readAllPositions(facade) : readOwnPosition(facade, call.organisation)),
  });

  api.write({
    ...operating,
    path: "/settlements",
    name: "closeSettlement",
    summary: "Closes every open position into a statement",
    kind: "settle",
    body: schemas.nothing,
  });

  api.list({
    ...reading,
    path: "/settlements",
    name: "listSettlements",
    summary: "Settlements, newest first",
    items: "settlements",
    item: schemas.settlement,
    handle: (call, page) => readSettlements(facade, page, viewerOf(call)),
  });

  api.read({
    ...reading,
    path: "/settlements/{id}",
    name: "getSettlement",
    summary: "One settlement",
    answer: schemas.settlement,
    handle: (call) => readSettlement(facade, call.id, viewerOf(call)),
  });
}

function viewerOf(call: Call): Viewer {
  return { organisation: call.organisation, operator: call.may("points:admin") };
}
