import { expect } from "chai";
import { money, worth } from "../../lambdas/points/money.ts";

describe("money", () => {
  it("is whole minor units, and the rest with the same sign", () => {
    const cases: [bigint, number, number][] = [
      [0n, 0, 0],
      [999n, 0, 999],
      [-999n, 0, -999],
      [1000n, 1, 0],
      [-1001n, -1, -1],
      [9007199254740991999n, 9007199254740991, 999],
    ];
    for (const [amount, minor, thousandths] of cases) {
      expect(money("CNY", amount)).to.deep.equal({ currency: "CNY", minor, thousandths });
      expect(Object.is(money("CNY", amount).thousandths, -0)).to.equal(false);
    }
  });

  it("is what the pool owes for points, exactly", () => {
    const prices = { issuePricePerThousand: 900, redeemPricePerThousand: 800 };
    expect(worth({ issued: 1000, clawedBack: 10, redeemed: 100, givenBack: 1 }, prices)).to.equal(
      99n * 800n - 990n * 900n,
    );
    const dear = { issuePricePerThousand: 4294967295, redeemPricePerThousand: 4294967295 };
    const many = { issued: 0, clawedBack: 0, redeemed: Number.MAX_SAFE_INTEGER, givenBack: 0 };
    expect(worth(many, dear)).to.equal(9007199254740991n * 4294967295n);
  });
});
