// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IPointsLedger} from "./IPointsLedger.sol";

/// @notice The books of merchants and pool: what a batch moves is summed in memory and entered here once.
/// @dev The pool's counters run over the life of the book and count everything that any position ever counted, so where
/// the pool has room, so has every position. Its reserve is never stored: it is what its counters come to.
abstract contract PointsPool is IPointsLedger {
    using SafeCast for int256;
    using SafeCast for uint256;

    /// @dev A {Position} in two slots, with whether its organisation is in the list.
    struct StoredPosition {
        uint64 issued;
        uint64 clawedBack;
        uint64 redeemed;
        uint64 givenBack;
        int64 carry;
        uint32 day;
        uint64 issuedToday;
        bool listed;
    }

    /// @dev A {Pool} in two slots.
    struct StoredPool {
        uint64 issued;
        uint64 clawedBack;
        uint64 redeemed;
        uint64 givenBack;
        uint64 dropped;
        int128 closed;
    }

    /// @dev The pool's counters of points.
    struct Totals {
        uint256 issued;
        uint256 clawedBack;
        uint256 redeemed;
        uint256 givenBack;
        uint256 dropped;
    }

    /// @dev What a batch knows and has moved so far.
    /// @param totals the pool's counters with what this batch moved
    /// @param entered the pool's counters as they are stored
    struct Session {
        bytes32 organisation;
        uint256 period;
        uint256 day;
        uint256 issuedToday;
        Totals totals;
        Totals entered;
        bool positionMoved;
        bool poolMoved;
    }

    uint256 internal constant COUNTER_MAX = type(uint64).max;
    int256 private constant MINOR_UNIT = 1000;

    uint256 internal immutable issuePrice;
    uint256 internal immutable redeemPrice;

    uint64 public settlementCount;
    StoredPool private storedPool;
    mapping(bytes32 organisation => StoredPosition) private positions;
    bytes32[] private listed;

    constructor(uint256 issuePrice_, uint256 redeemPrice_) {
        issuePrice = issuePrice_;
        redeemPrice = redeemPrice_;
    }

    function position(bytes32 organisation) public view returns (Position memory) {
        StoredPosition storage stored = positions[organisation];
        return
            Position({
                issued: stored.issued,
                clawedBack: stored.clawedBack,
                redeemed: stored.redeemed,
                givenBack: stored.givenBack,
                carry: stored.carry,
                day: stored.day,
                issuedToday: stored.issuedToday
            });
    }

    function pool() public view returns (Pool memory) {
        StoredPool memory stored = storedPool;
        return
            Pool({
                issued: stored.issued,
                clawedBack: stored.clawedBack,
                redeemed: stored.redeemed,
                givenBack: stored.givenBack,
                dropped: stored.dropped,
                reserve: -_worth(stored.issued, stored.clawedBack, stored.redeemed, stored.givenBack).toInt128(),
                closed: stored.closed
            });
    }

    function merchants() external view returns (bytes32[] memory) {
        return listed;
    }

    /// @dev Reads the books before a batch.
    function _openBooks(Session memory session) internal view {
        StoredPosition storage own = positions[session.organisation];
        if (own.day == session.day) session.issuedToday = own.issuedToday;
        StoredPool memory stored = storedPool;
        session.totals = Totals(stored.issued, stored.clawedBack, stored.redeemed, stored.givenBack, stored.dropped);
        session.entered = Totals(stored.issued, stored.clawedBack, stored.redeemed, stored.givenBack, stored.dropped);
    }

    /// @dev Enters what the batch moved since the books were last entered.
    function _enter(Session memory session) internal {
        Totals memory totals = session.totals;
        Totals memory entered = session.entered;
        bool posted =
            totals.issued != entered.issued ||
                totals.clawedBack != entered.clawedBack ||
                totals.redeemed != entered.redeemed ||
                totals.givenBack != entered.givenBack;
        if (!posted && totals.dropped == entered.dropped) return;

        if (posted) {
            _enterPosition(session);
            session.positionMoved = true;
        }
        storedPool.issued = totals.issued.toUint64();
        storedPool.clawedBack = totals.clawedBack.toUint64();
        storedPool.redeemed = totals.redeemed.toUint64();
        storedPool.givenBack = totals.givenBack.toUint64();
        storedPool.dropped = totals.dropped.toUint64();
        session.poolMoved = true;

        session.entered = Totals(totals.issued, totals.clawedBack, totals.redeemed, totals.givenBack, totals.dropped);
    }

    function _enterPosition(Session memory session) private {
        StoredPosition storage own = positions[session.organisation];
        Totals memory totals = session.totals;
        Totals memory entered = session.entered;

        own.issued += (totals.issued - entered.issued).toUint64();
        own.clawedBack += (totals.clawedBack - entered.clawedBack).toUint64();
        own.redeemed += (totals.redeemed - entered.redeemed).toUint64();
        own.givenBack += (totals.givenBack - entered.givenBack).toUint64();
        if (totals.issued != entered.issued) {
            own.day = session.day.toUint32();
            own.issuedToday = session.issuedToday.toUint64();
        }
        if (!own.listed) {
            own.listed = true;
            listed.push(session.organisation);
        }
    }

    /// @dev Closes every open position.
    function _settle(bytes16 operation) internal {
        uint64 settlement = ++settlementCount;
        uint256 statements = listed.length;
        int256 closed = 0;
        for (uint256 i = 0; i < statements; ++i) closed += _closePosition(settlement, listed[i]);
        storedPool.closed = (storedPool.closed + closed).toInt128();

        emit SettlementClosed(operation, settlement, uint32(statements), pool().reserve);
    }

    function _closePosition(uint64 settlement, bytes32 organisation) private returns (int256 closed) {
        StoredPosition storage own = positions[organisation];
        Position memory open = position(organisation);
        int256 value = open.carry + _worth(open.issued, open.clawedBack, open.redeemed, open.givenBack);
        int256 net = value / MINOR_UNIT;
        int64 closing = int64(value % MINOR_UNIT);

        own.issued = 0;
        own.clawedBack = 0;
        own.redeemed = 0;
        own.givenBack = 0;
        own.carry = closing;

        emit StatementIssued(
            settlement,
            organisation,
            open.issued,
            open.clawedBack,
            open.redeemed,
            open.givenBack,
            open.carry,
            net.toInt128(),
            closing
        );
        return net * MINOR_UNIT;
    }

    /// @dev Announces what the batch left behind.
    function _announce(Session memory session) internal {
        if (session.positionMoved) {
            Position memory moved = position(session.organisation);
            emit PositionMoved(
                session.organisation,
                moved.issued,
                moved.clawedBack,
                moved.redeemed,
                moved.givenBack,
                moved.carry,
                moved.day,
                moved.issuedToday
            );
        }
        if (session.poolMoved) {
            Pool memory moved = pool();
            emit PoolMoved(
                moved.issued,
                moved.clawedBack,
                moved.redeemed,
                moved.givenBack,
                moved.dropped,
                moved.reserve,
                moved.closed
            );
        }
    }

    /// @dev What the pool owes a merchant for these points, in thousandths of a minor unit.
    function _worth(
        uint256 issued,
        uint256 clawedBack,
        uint256 redeemed,
        uint256 givenBack
    ) private view returns (int256) {
        return
            int256(redeemPrice) * (int256(redeemed) - int256(givenBack)) -
            int256(issuePrice) * (int256(issued) - int256(clawedBack));
    }
}
