import { expect } from "chai";
import { waitOf } from "../../../lambdas/core/http/prefer.ts";

describe("Prefer: wait", () => {
  const seconds = (prefer: string) => {
    const wait = waitOf(prefer);
    return wait && [wait.milliseconds / 1000, wait.applied];
  };

  it("is read as RFC 7240 writes it", () => {
    expect(seconds("wait=5")).to.deep.equal([5, "wait=5"]);
    expect(seconds("respond-async, WAIT = 10")).to.deep.equal([10, "wait=10"]);
    expect(seconds('wait="7"; foo=bar, wait=9')).to.deep.equal([7, "wait=7"]);
    expect(seconds("wait=0")).to.deep.equal([0, "wait=0"]);
  });

  it("holds a request for 20 s at most", () => {
    expect(seconds("wait=100")).to.deep.equal([20, "wait=100"]);
  });

  it("is ignored when it says nothing that can be understood", () => {
    for (const prefer of ["", "wait", "wait=", "wait=-1", "wait=1.5", "wait=1e3", "wait=ten", "waiting=5", ";;,,=="]) {
      expect(waitOf(prefer), prefer).to.equal(undefined);
    }
    expect(waitOf(undefined)).to.equal(undefined);
  });
});
