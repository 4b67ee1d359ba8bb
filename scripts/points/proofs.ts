/** What is proved of the points arithmetic, for all inputs. */
export interface Proof {
  name: string;
  /** Numbers of the laws in contracts/points/README.md that rest on it. */
  laws: number[];
  /** Functions of a contract that asserts what is to be proved; they call the library that is deployed. */
  code: string;
}

/** The place value of bucket `age`, or of what lies above the oldest one. */
const unit = (age: number) => `uint256(2 ** ${28 * age})`;

const ages = [0, 1, 2, 3, 4, 5, 6, 7];
const forEach = (some: number[], code: (age: number) => string) => some.map(code).join("\n");

/** Any account: the older buckets, the one of this age, and the younger ones. */
const anyBuckets = (age: number) =>
  `require(older < 2 ** ${28 * (7 - age)} && points < 2 ** 28 && younger < ${unit(age)} && wanted < 2 ** 32);
   uint256 buckets = older * ${unit(age + 1)} + points * ${unit(age)} + younger;`;
const ofAnyBuckets = "(uint256 older, uint256 points, uint256 younger, uint256 wanted) public pure";

/** Any account whose oldest points are of this age. */
const oldestOf = (age: number) =>
  `require(points < 2 ** 28 && younger < ${unit(age)} && wanted < 2 ** 32);
   uint256 buckets = points * ${unit(age)} + younger;`;
const ofOldest = "(uint256 points, uint256 younger, uint256 wanted) public pure";

export const proofs: Proof[] = [
  {
    name: "a word is its oldest bucket and the younger ones, of whatever age the oldest is",
    laws: [1, 2, 6],
    code: forEach(ages.slice(1), (age) => {
      return `function split${age}${ofOldest} { ${oldestOf(age)}
        assert(Buckets.oldest(buckets, ${unit(age)}) == points);
        assert(Buckets.younger(buckets, ${unit(age)}) == younger); }`;
    }),
  },
  {
    name: "taking from a bucket leaves its neighbours as they are",
    laws: [1, 5, 8],
    code: forEach(ages, (age) => {
      return `function without${age}${ofAnyBuckets} { ${anyBuckets(age)} require(wanted <= points);
        uint256 left = Buckets.without(buckets, wanted, ${unit(age)});
        assert(left == older * ${unit(age + 1)} + (points - wanted) * ${unit(age)} + younger); }`;
    }),
  },
  {
    name: "ageing moves buckets and loses none that has room above it",
    laws: [1, 2],
    code: forEach([1, 2, 4], (periods) => {
      return `function older${periods}(uint256 buckets) public pure { require(buckets < ${unit(8 - periods)});
        uint256 aged = Buckets.older(buckets, ${unit(periods)});
        assert(aged == buckets * ${unit(periods)}); assert(aged < ${unit(8)}); }`;
    }),
  },
  {
    name: "earning adds to the newest bucket all of the points, or nothing where they do not fit",
    laws: [1, 8],
    code: `function earn(uint256 points, uint256 older, uint256 wanted) public pure {
      require(points < 2 ** 28 && older < ${unit(7)} && wanted < 2 ** 32);
      uint256 buckets = older * ${unit(1)} + points;
      (uint256 more, bool fits) = Buckets.earn(buckets, wanted);
      assert(fits == (points + wanted < 2 ** 28));
      assert(more == (fits ? older * ${unit(1)} + (points + wanted) : buckets)); }`,
  },
  {
    name: "spending takes from the oldest bucket alone while that has enough: from the seventh",
    laws: [1, 6],
    code: spendingStays(7),
  },
  {
    name: "spending takes from the oldest bucket alone while that has enough: from the third",
    laws: [1, 6],
    code: spendingStays(3),
  },
  {
    name: "spending takes from the oldest bucket alone while that has enough: from the newest",
    laws: [1, 6],
    code: spendingStays(0),
  },
  {
    name: "a period that passes drops what is in the oldest bucket, and ages the others",
    laws: [1, 2, 6],
    code: `function age(uint256 points, uint256 younger) public pure {
      require(points < 2 ** 28 && younger < ${unit(7)});
      (uint256 aged, uint256 dropped) = Buckets.age(points * ${unit(7)} + younger, 1);
      assert(dropped == points); assert(aged == younger * ${unit(1)}); }`,
  },
  {
    name: "taking back takes from the newest bucket alone while that has enough",
    laws: [1, 9],
    code: `function takeBack(uint256 points, uint256 older, uint256 wanted) public pure {
      require(points < 2 ** 28 && older < ${unit(7)} && wanted <= points);
      (uint256 left, uint256 missing) = Buckets.takeBack(older * ${unit(1)} + points, wanted);
      assert(left == older * ${unit(1)} + (points - wanted)); assert(missing == 0); }`,
  },
];

function spendingStays(age: number): string {
  return `function spend${ofOldest} { ${oldestOf(age)} require(wanted <= points);
    (uint256 left, uint256 missing) = Buckets.spend(buckets, wanted);
    assert(left == (points - wanted) * ${unit(age)} + younger); assert(missing == 0); }`;
}
