import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { allianceOf } from "./alliance.ts";
import type { Answer } from "../../core/api-client.ts";
import type { Desk } from "./desk.ts";
import { idOf, problemOf } from "./desk.ts";

describe("An operation of points", function () {
  this.timeout(60_000);
  let hotel: Desk, park: Desk, operator: Desk;
  let guest: string;
  const earnings = "/v1/points/earnings";
  const redemptions = "/v1/points/redemptions";
  const batches = "/v1/points/batches";

  before(async function () {
    const alliance = await allianceOf("lasting", this);
    [hotel, park] = alliance.merchants as [Desk, Desk];
    operator = alliance.operator;
    guest = await hotel.enrol();
    await hotel.earn(guest, 10_000);
  });

  it("has the id that its client computes from its organisation and key, whatever printable key that is", async () => {
    for (const key of [randomUUID().slice(0, 7), `${randomUUID()} ~ "quoted" \\`, "k".repeat(200) + randomUUID()]) {
      const answer = await hotel.post(earnings, { member: guest, points: 1 }, { key });
      expect(answer.body.id).to.equal(idOf(hotel.organisation, key));
      expect((await park.post(earnings, { member: guest, points: 1 }, { key })).body.id).to.equal(
        idOf(park.organisation, key),
      );
    }
  });

  it("is 202 while it is open and 200 ever after, and never goes back", async () => {
    const key = randomUUID();
    const order = ["accepted", "submitted", "final"];
    const seen: string[] = [];
    for (let answer: Answer; seen.at(-1) !== "final";) {
      answer = await hotel.post(earnings, { member: guest, points: 3 }, { key });
      expect(answer.body.id).to.equal(idOf(hotel.organisation, key));
      expect(answer.status).to.equal(answer.body.status === "final" ? 200 : 202);
      seen.push(answer.body.status, (await hotel.operation(answer.body.id)).status);
    }
    expect(seen[0]).to.equal("accepted");
    expect(seen.map((status) => order.indexOf(status))).to.deep.equal(
      seen.map((status) => order.indexOf(status)).toSorted(),
    );
    const last = await hotel.post(earnings, { points: 3, member: guest.toUpperCase() }, { key, wait: 1 });
    expect([last.status, last.body]).to.deep.equal([200, await hotel.operation(last.body.id)]);
  });

  it("is 409 with its problem once it is rejected, for ever, with and without Prefer; its GET is 200", async () => {
    const key = randomUUID();
    const body = { member: guest, points: 4_000_000_000 };
    const rejected = await hotel.decide("POST", redemptions, body, key);
    expect(rejected.status).to.equal("rejected");
    expect(problemOf(rejected)).to.equal("insufficient-points");
    expect(rejected.problem).to.deep.include({
      status: 409,
      balance: await hotel.balance(guest),
      points: 4_000_000_000,
    });
    for (const wait of [undefined, 0, 5]) {
      const answer = await hotel.post(redemptions, body, { key, ...(wait !== undefined && { wait }) });
      expect([answer.status, answer.headers.get("content-type")]).to.deep.equal([409, "application/problem+json"]);
      expect(answer.body).to.deep.equal({ ...rejected.problem, operation: rejected });
    }
    await hotel.earn(guest, 1);
    expect(await hotel.operation(rejected.id)).to.deep.equal(rejected);
  });

  it("is 422 for another body or another kind under its key, open, final or rejected", async () => {
    const [open, rejected] = [randomUUID(), randomUUID()];
    const body = { member: guest, points: 5, reference: "folio 5" };
    const others: [string, unknown][] = [
      [earnings, { ...body, points: 6 }],
      [earnings, { ...body, reference: "folio 6" }],
      [earnings, { member: guest, points: 5 }],
      [redemptions, body],
      ["/v1/points/members", {}],
    ];
    const refused = async (key: string) => {
      for (const [path, other] of others) {
        const answer = await hotel.post(path, other, { key });
        expect([answer.status, problemOf(answer)]).to.deep.equal([422, "key-reused"]);
      }
    };
    const first = await hotel.post(earnings, body, { key: open });
    expect(first.status).to.equal(202);
    await refused(open);
    await hotel.decided(first.body.id);
    await refused(open);
    expect((await hotel.post(earnings, body, { key: open })).status).to.equal(200);

    await hotel.redeem(guest, 4_000_000_000, rejected);
    await refused(rejected);
  });

  it("shares its keys between header and batch", async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const posting = { member: guest, points: 7 };
    await hotel.earn(guest, 7, first);
    const operations = [first, second].map((key) => ({ key, kind: "earn", ...posting }));
    const batch = await hotel.post(batches, { operations });
    expect(batch.status).to.equal(202);
    expect(batch.body.operations.map(({ key, id }: any) => [key, id])).to.deep.equal(
      [first, second].map((key) => [key, idOf(hotel.organisation, key)]),
    );
    expect(batch.body.operations[0].status).to.equal("final");
    await hotel.decided(batch.body.operations[1].id);
    expect((await hotel.post(earnings, posting, { key: second })).status).to.equal(200);
    expect((await hotel.post(redemptions, posting, { key: second })).status).to.equal(422);

    const third = randomUUID();
    const clash = [
      { key: third, kind: "earn", ...posting },
      { key: second, kind: "redeem", ...posting },
    ];
    const refused = await hotel.post(batches, { operations: clash });
    expect([refused.status, refused.body.errors.map(({ index }: any) => index)]).to.deep.equal([422, [1]]);
    expect((await hotel.get(`/v1/operations/${idOf(hotel.organisation, third)}`)).status).to.equal(404);
  });

  it("is waited for as Prefer says, and no answer claims a wait that was not met", async () => {
    const posting = { member: guest, points: 1 };
    const waited = await hotel.post(earnings, posting, { wait: 20 });
    expect([waited.status, waited.body.status]).to.deep.equal([200, "final"]);
    expect(waited.headers.get("preference-applied")).to.equal("wait=20");
    for (const prefer of ["wait=0", "respond-async", "wait=soon", "wait=-1", ";;,="]) {
      const answer = await hotel.post(earnings, posting, { headers: { prefer } });
      expect([answer.status, answer.headers.get("preference-applied")], prefer).to.deep.equal([202, null]);
    }
  });

  it("is seen by its own organisation and the operator, and its reference by the writer alone", async () => {
    const reference = `guest of room ${randomUUID()}`;
    const { id } = await hotel.decide("POST", earnings, { member: guest, points: 2, reference });
    expect((await hotel.operation(id)).request).to.deep.equal({ member: guest, points: 2, reference });
    expect((await operator.operation(id)).request).to.deep.equal({ member: guest, points: 2 });
    expect((await park.get(`/v1/operations/${id}`)).status).to.equal(404);
    expect((await operator.get(`/v1/operations/${randomUUID()}`)).status).to.equal(404);
    for (const desk of [hotel, park, operator]) {
      expect(
        JSON.stringify([await desk.entries(guest), await desk.read(`/v1/points/members/${guest}`)]),
      ).to.not.include(reference);
    }
  });

  it("can be reversed when it is final: until then the key of its reversal is not used up", async () => {
    const key = randomUUID();
    const { id } = (await hotel.post(earnings, { member: guest, points: 50 })).body;
    const early = await hotel.post("/v1/points/reversals", { operation: id }, { key });
    if (early.status === 409) {
      expect(problemOf(early)).to.equal("original-not-final");
      expect((await hotel.get(`/v1/operations/${idOf(hotel.organisation, key)}`)).status).to.equal(404);
    }
    await hotel.decided(id);
    expect((await hotel.reverse(id, undefined, key)).status).to.equal("final");
  });

  it("cannot be reversed by another organisation, nor when it is a reversal, an enrolment or rejected", async () => {
    const earning = await hotel.earn(guest, 20);
    const stolen = await park.post("/v1/points/reversals", { operation: earning.id });
    expect([stolen.status, problemOf(stolen)]).to.deep.equal([404, "not-found"]);
    const reversal = await hotel.reverse(earning.id, 5);
    const rejected = await hotel.redeem(guest, 4_000_000_000);
    for (const operation of [reversal.id, rejected.id, await hotel.enrol()]) {
      const answer = await hotel.post("/v1/points/reversals", { operation });
      expect([answer.status, problemOf(answer)]).to.deep.equal([409, "not-reversible"]);
    }
    const tooMuch = await hotel.reverse(earning.id, 16);
    expect([problemOf(tooMuch), tooMuch.problem.left]).to.deep.equal(["reversal-too-large", 15]);
  });

  it("for a member whom nobody enrolled is rejected on the chain, in time for the next one", async () => {
    const nobody = randomUUID();
    for (const operation of [
      await hotel.earn(nobody, 5),
      await hotel.redeem(nobody, 5),
      await operator.freeze(nobody),
    ]) {
      expect([operation.status, problemOf(operation)]).to.deep.equal(["rejected", "unknown-member"]);
    }
    expect((await hotel.get(`/v1/points/members/${nobody}`)).status).to.equal(404);
  });

  it("goes through in a batch of a thousand, each on its own, and the batch can be sent again", async () => {
    const before = await hotel.balance(guest);
    const keys = Array.from({ length: 1000 }, () => randomUUID());
    const operations = keys.map((key, index) => {
      const points = index % 100 === 50 ? 4_000_000_000 : 1;
      return { key, kind: index % 2 === 0 ? "redeem" : "earn", member: guest, points };
    });
    for (const repetition of [1, 2]) {
      const answer = await hotel.post(batches, { operations });
      expect(answer.status, `${repetition}`).to.equal(202);
      expect(answer.body.operations.map(({ id }: any) => id)).to.deep.equal(
        keys.map((key) => idOf(hotel.organisation, key)),
      );
    }
    const decided = await Promise.all(keys.map((key) => hotel.decided(idOf(hotel.organisation, key))));
    expect(decided.filter(({ status }) => status === "rejected")).to.have.length(10);
    expect(await hotel.balance(guest)).to.equal(before - 490 + 500);
  });
});
