import type { ProblemKind } from "../core/problem.ts";

/** What only points can answer. All but `original-not-final` are decisions of the chain or follow from one. */
export const problems = {
  "unknown-member": {
    status: 409,
    title: "Nobody enrolled this member",
    remedy: "Enrol the guest first and use the id that enrolling answers, once its operation is final.",
    retry: false,
    chinese: { title: "该会员尚未登记", remedy: "请先登记客人，待登记操作完成后使用返回的会员 ID。" },
  },
  "member-exists": {
    status: 409,
    title: "There is a member with this id already",
    remedy: "Enrol with a new random key.",
    retry: false,
    chinese: { title: "该 ID 的会员已存在", remedy: "请用新的随机键登记。" },
  },
  "member-frozen": {
    status: 409,
    title: "The member is frozen",
    remedy: "A frozen member earns, but does not redeem. Ask the operator, then redeem with a new key.",
    retry: false,
    chinese: {
      title: "该会员已被冻结",
      remedy: "被冻结的会员可以累积积分，但不能兑换。请联系运营方，之后用新的键兑换。",
    },
  },
  "insufficient-points": {
    status: 409,
    title: "The member does not have that many points",
    remedy: "`balance` says how many there are. Redeem less, with a new key.",
    retry: false,
    chinese: { title: "会员的积分不足", remedy: "`balance` 是现有的积分。请用新的键兑换较少的积分。" },
  },
  "account-full": {
    status: 409,
    title: "The member's account cannot hold that many points",
    remedy:
      "A member can hold 268,435,455 points of one period. Post less, with a new key, or wait for the next period.",
    retry: false,
    chinese: {
      title: "会员账户无法容纳这么多积分",
      remedy: "一个会员在一个周期内最多可持有 268,435,455 积分。请用新的键记入较少的积分，或等待下一周期。",
    },
  },
  "position-full": {
    status: 409,
    title: "The books cannot count that many points",
    remedy: "The pool has counted as many points as it can over its life. Ask the operator.",
    retry: false,
    chinese: { title: "账本无法再计入这么多积分", remedy: "积分池的累计数量已达上限。请联系运营方。" },
  },
  "daily-cap-exceeded": {
    status: 409,
    title: "Your organisation would issue more than its daily cap",
    remedy: "`cap` and `issuedToday` say what is left. The next day begins at midnight in UTC+8; use a new key then.",
    retry: false,
    chinese: {
      title: "超过本机构的每日发放上限",
      remedy: "`cap` 与 `issuedToday` 说明余额。新的一天从东八区零点开始；届时请使用新的键。",
    },
  },
  "original-not-final": {
    status: 409,
    title: "The operation to be reversed is not final yet",
    remedy: "Wait until it is, then send the same request with the same key again: the key is not used up.",
    retry: true,
    chinese: { title: "要冲正的操作尚未完成", remedy: "请等它完成后，用同一个键再次发送同样的请求：该键没有被占用。" },
  },
  "not-reversible": {
    status: 409,
    title: "Only a final earning or redemption can be reversed",
    remedy: "A rejected operation changed nothing, and a reversal is corrected by a new earning or redemption.",
    retry: false,
    chinese: {
      title: "只有已完成的累积或兑换可以冲正",
      remedy: "被拒绝的操作没有改变任何东西；冲正本身请用新的累积或兑换来更正。",
    },
  },
  "original-not-proven": {
    status: 409,
    title: "The chain does not hold the operation to be reversed",
    remedy: "Only your own organisation's operations can be reversed. If this one is yours, tell the operator.",
    retry: false,
    chinese: { title: "链上没有要冲正的操作", remedy: "只能冲正本机构的操作。如果这确是本机构的操作，请告知运营方。" },
  },
  "original-expired": {
    status: 409,
    title: "The points of the operation to be reversed have expired",
    remedy: "An operation can be reversed only while its points could still be alive.",
    retry: false,
    chinese: { title: "要冲正的操作的积分已过期", remedy: "只有在积分仍可能有效时才能冲正该操作。" },
  },
  "reversal-too-large": {
    status: 409,
    title: "More would be reversed than the operation has left",
    remedy: "`left` says how many of its points are not reversed yet. Reverse at most those, with a new key.",
    retry: false,
    chinese: {
      title: "冲正的数量超过该操作的剩余数量",
      remedy: "`left` 是尚未冲正的积分。请用新的键冲正不超过此数量的积分。",
    },
  },
  "zero-points": {
    status: 409,
    title: "A posting moves at least one point",
    remedy: "Post one point or more, with a new key.",
    retry: false,
    chinese: { title: "每笔至少一个积分", remedy: "请用新的键记入至少一个积分。" },
  },
} satisfies Record<string, ProblemKind>;
