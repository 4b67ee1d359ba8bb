// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOperationEnvelope} from "../core/IOperationEnvelope.sol";

/// @title The shared book of a points alliance: earn, redeem, reverse, expire, settle.
/// @notice One programme a book. Points are whole numbers; money is counted in thousandths of a minor unit, in which a
/// price for a thousand points is exactly the price of one point.
/// @dev Kinds and bodies, packed:
///
///     1 enrol     (nothing: the member's id is the operation's)
///     2 earn      member bytes16 ‖ points uint32
///     3 redeem    member bytes16 ‖ points uint32
///     4 reverse   original: kind uint8 ‖ operation bytes16 ‖ batch uint64 ‖ index uint32 ‖ member bytes16 ‖ points uint32
///                 ‖ period uint32; then points uint32 (0: all that is left) ‖ proof bytes32[]
///     5 freeze    member bytes16
///     6 unfreeze  member bytes16
///     7 settle    (nothing)
///
/// Kinds 1 to 4 need the role `points:merchant`, 5 to 7 `points:operator`. A role's id is the first eight bytes of the
/// keccak256 of its name.
///
/// The details of a leaf are: member bytes16 ‖ points uint32 ‖ period uint32. Settle has member and points zero, enrol
/// and freeze have points zero, reverse has the points that it reversed.
///
/// Periods are counted from the timestamp of the block that deployed the book; period p + N begins, and what was earned
/// in period p is gone, at start + (p + N) * periodSeconds. Period 2^30 - 1 is the last one and does not end.
///
/// An account is one storage slot. From the lowest bit: eight buckets of 28 bits, bucket i holding what was earned i
/// periods before the account's period; then the account's period (30 bits), frozen (1 bit), enrolled (1 bit). Events
/// carry the word as it stands after the posting, so that a projection is a plain upsert.
interface IPointsLedger is IOperationEnvelope {
    /// @notice What a book is created with, and never changes.
    /// @param currency ISO 4217 code, padded right with zeros
    /// @param issuePrice what a merchant pays the pool for a point that it issues, in thousandths of a minor unit
    /// @param redeemPrice what the pool pays a merchant for a point that it accepts; never more than issuePrice
    /// @param periodSeconds length of a period
    /// @param periods for how many periods points live, 4 to 8
    /// @param dailyIssueCap points that one merchant may issue in a day of UTC+8
    struct Programme {
        bytes3 currency;
        uint32 issuePrice;
        uint32 redeemPrice;
        uint32 periodSeconds;
        uint8 periods;
        uint64 dailyIssueCap;
    }

    /// @notice A merchant's open position: points since the last settlement, and what that settlement carried over.
    struct Position {
        uint64 issued;
        uint64 clawedBack;
        uint64 redeemed;
        uint64 givenBack;
        int64 carry;
        uint32 day;
        uint64 issuedToday;
    }

    /// @notice The pool: points over the life of the book, and money in thousandths of a minor unit.
    /// @param dropped expired points that a posting took out of their account
    /// @param reserve what the pool holds; every posting moves it opposite to the merchant's position
    /// @param closed what all settlements have closed
    struct Pool {
        uint64 issued;
        uint64 clawedBack;
        uint64 redeemed;
        uint64 givenBack;
        uint64 dropped;
        int128 reserve;
        int128 closed;
    }

    /// @notice A member exists from here on; its id is the operation's.
    event MemberEnrolled(bytes16 indexed operation, uint256 account);
    /// @notice Emitted right before the posting that took these expired points out of the account.
    event PointsExpired(bytes16 indexed member, uint256 points);
    event PointsEarned(bytes16 indexed operation, bytes16 indexed member, uint256 points, uint256 account);
    event PointsRedeemed(bytes16 indexed operation, bytes16 indexed member, uint256 points, uint256 account);
    /// @notice `points` of an earning count as reversed, of which `shortfall` could not be taken back any more.
    event EarningReversed(
        bytes16 indexed operation,
        bytes16 indexed member,
        bytes16 indexed original,
        uint256 points,
        uint256 shortfall,
        uint256 account
    );
    event RedemptionReversed(
        bytes16 indexed operation,
        bytes16 indexed member,
        bytes16 indexed original,
        uint256 points,
        uint256 account
    );
    event MemberFrozen(bytes16 indexed operation, bytes16 indexed member, uint256 account);
    event MemberUnfrozen(bytes16 indexed operation, bytes16 indexed member, uint256 account);

    /// @notice The merchant's open position after the batch; at most once a batch, right before {PoolMoved}.
    event PositionMoved(
        bytes32 indexed organisation,
        uint64 issued,
        uint64 clawedBack,
        uint64 redeemed,
        uint64 givenBack,
        int64 carry,
        uint32 day,
        uint64 issuedToday
    );
    /// @notice The pool after the batch, right before {BatchApplied}; only when a posting or a settlement moved it.
    event PoolMoved(
        uint64 issued,
        uint64 clawedBack,
        uint64 redeemed,
        uint64 givenBack,
        uint64 dropped,
        int128 reserve,
        int128 closed
    );

    /// @notice One merchant's statement of settlement number `settlement`. Positive `net`: the pool owes the merchant.
    /// @param opening thousandths carried in
    /// @param net whole minor units that this settlement closes, rounded toward zero
    /// @param closing thousandths carried on; opening + points at their prices = net * 1000 + closing
    event StatementIssued(
        uint64 indexed settlement,
        bytes32 indexed organisation,
        uint64 issued,
        uint64 clawedBack,
        uint64 redeemed,
        uint64 givenBack,
        int64 opening,
        int128 net,
        int64 closing
    );
    /// @notice Settlement number `settlement` (from 1, without gaps) is closed; its statements came right before.
    event SettlementClosed(bytes16 indexed operation, uint64 indexed settlement, uint32 statements, int128 reserve);

    error PointsLedgerMemberUnknown(bytes16 member);
    error PointsLedgerMemberExists(bytes16 member);
    error PointsLedgerMemberFrozen(bytes16 member);
    error PointsLedgerZeroPoints();
    error PointsLedgerInsufficientPoints(bytes16 member, uint256 balance, uint256 points);
    error PointsLedgerAccountFull(bytes16 member);
    error PointsLedgerPositionFull(bytes32 organisation);
    error PointsLedgerDailyCapExceeded(uint256 cap, uint256 issuedToday, uint256 points);
    error PointsLedgerNotReversible(uint8 kind);
    error PointsLedgerOriginalNotProven(bytes16 original);
    error PointsLedgerOriginalExpired(bytes16 original);
    error PointsLedgerReversalTooLarge(bytes16 original, uint256 left, uint256 points);
    /// @notice The constructor's: what a programme must be stands at {Programme}.
    error PointsLedgerProgrammeInvalid();

    function programme() external view returns (Programme memory);
    /// @notice Timestamp of the start of period 0.
    function start() external view returns (uint64);
    /// @notice The stored account words, zero for members that nobody enrolled. Nothing is dropped by reading.
    function accounts(bytes16[] calldata members) external view returns (uint256[] memory);
    /// @notice What `member` could spend in this block.
    function balanceOf(bytes16 member) external view returns (uint256);
    function position(bytes32 organisation) external view returns (Position memory);
    function pool() external view returns (Pool memory);
    /// @notice How much of the operation with this leaf was reversed so far.
    function reversed(bytes32 leaf) external view returns (uint256);
    function settlementCount() external view returns (uint64);
    /// @notice Every organisation that ever posted as a merchant, in order: those that a settlement writes statements for.
    function merchants() external view returns (bytes32[] memory);
}
