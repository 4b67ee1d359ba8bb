// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {PointsProgramme} from "./PointsProgramme.sol";

/// @notice The books of merchants and pool. What a batch moves is summed in a {Session} in memory and entered once.
/// @dev Every point that a position counts, the pool counts too, over the life of the book: so where the pool's counters
/// have room, every position has. Its reserve is not stored: it is what its counters come to at the book's prices.
abstract contract PointsBooks is PointsProgramme {
    using SafeCast for int256;
    using SafeCast for uint256;

    /// @dev A {Position} in two slots.
    /// @param listed whether the organisation is among the merchants
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

    /// @dev What a batch knows, and what it has moved so far.
    /// @param leafPeriod the period, where the details of a leaf have it
    /// @param issued and the four after it: the pool's counters with what this batch moved
    /// @param entered those counters as they are stored
    struct Session {
        bytes32 organisation;
        uint256 period;
        bytes32 leafPeriod;
        uint256 day;
        uint256 issuedToday;
        uint256 issued;
        uint256 clawedBack;
        uint256 redeemed;
        uint256 givenBack;
        uint256 dropped;
        StoredPool entered;
        bool positionMoved;
        bool poolMoved;
    }

    uint256 internal constant COUNTER_END = 2 ** 64;
    int256 private constant MINOR_UNIT = 1000;

    uint64 public settlementCount;
    StoredPool private storedPool;
    mapping(bytes32 organisation => StoredPosition) private positions;
    bytes32[] private listed;

    function position(bytes32 organisation) external view returns (Position memory) {
        return _position(positions[organisation]);
    }

    function pool() external view returns (Pool memory) {
        return _pool(storedPool);
    }

    function merchants() external view returns (bytes32[] memory) {
        return listed;
    }

    function _openSession(bytes32 organisation) internal view returns (Session memory session) {
        session.organisation = organisation;
        session.period = _period();
        session.leafPeriod = bytes32(session.period << 64);
        session.day = _day();

        StoredPosition storage own = positions[organisation];
        if (own.day == session.day) session.issuedToday = own.issuedToday;

        StoredPool memory entered = storedPool;
        session.issued = entered.issued;
        session.clawedBack = entered.clawedBack;
        session.redeemed = entered.redeemed;
        session.givenBack = entered.givenBack;
        session.dropped = entered.dropped;
        session.entered = entered;
    }

    /// @dev Enters what the batch moved since the books were last entered.
    function _enter(Session memory session) internal {
        StoredPool memory before = session.entered;
        StoredPool memory moved = StoredPool({
            issued: session.issued.toUint64(),
            clawedBack: session.clawedBack.toUint64(),
            redeemed: session.redeemed.toUint64(),
            givenBack: session.givenBack.toUint64(),
            dropped: session.dropped.toUint64(),
            closed: before.closed
        });
        bool posted =
            moved.issued != before.issued ||
                moved.clawedBack != before.clawedBack ||
                moved.redeemed != before.redeemed ||
                moved.givenBack != before.givenBack;
        if (!posted && moved.dropped == before.dropped) return;

        if (posted) _enterPosition(session, before, moved);
        storedPool = moved;

        session.entered = moved;
        session.poolMoved = true;
    }

    function _enterPosition(Session memory session, StoredPool memory before, StoredPool memory moved) private {
        StoredPosition memory own = positions[session.organisation];
        own.issued += moved.issued - before.issued;
        own.clawedBack += moved.clawedBack - before.clawedBack;
        own.redeemed += moved.redeemed - before.redeemed;
        own.givenBack += moved.givenBack - before.givenBack;
        if (moved.issued != before.issued) {
            own.day = session.day.toUint32();
            own.issuedToday = session.issuedToday.toUint64();
        }
        if (!own.listed) {
            own.listed = true;
            listed.push(session.organisation);
        }

        positions[session.organisation] = own;

        session.positionMoved = true;
    }

    /// @dev Closes every open position, the session's own included.
    function _settle(Session memory session, bytes16 operation) internal {
        _enter(session);

        uint64 settlement = ++settlementCount;
        uint256 statements = listed.length;
        int256 closed = session.entered.closed;
        for (uint256 i = 0; i < statements; ++i) closed += _closePosition(settlement, listed[i]);

        session.entered.closed = closed.toInt128();
        session.poolMoved = true;
        storedPool.closed = session.entered.closed;

        emit SettlementClosed(operation, settlement, uint32(statements), _pool(session.entered).reserve);
    }

    /// @return closed what the statement closes, in thousandths of a minor unit
    function _closePosition(uint64 settlement, bytes32 organisation) private returns (int256 closed) {
        StoredPosition memory open = positions[organisation];
        int256 value = open.carry + _owed(open.issued, open.clawedBack, open.redeemed, open.givenBack);
        int256 net = value / MINOR_UNIT;
        int64 closing = int64(value % MINOR_UNIT);
        closed = net * MINOR_UNIT;

        positions[organisation] = StoredPosition({
            issued: 0,
            clawedBack: 0,
            redeemed: 0,
            givenBack: 0,
            carry: closing,
            day: open.day,
            issuedToday: open.issuedToday,
            listed: true
        });

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
    }

    /// @dev Enters what is left and announces how position and pool stand after the batch.
    function _closeSession(Session memory session) internal {
        _enter(session);

        if (session.positionMoved) {
            Position memory own = _position(positions[session.organisation]);
            emit PositionMoved(
                session.organisation,
                own.issued,
                own.clawedBack,
                own.redeemed,
                own.givenBack,
                own.carry,
                own.day,
                own.issuedToday
            );
        }
        if (session.poolMoved) {
            Pool memory all = _pool(session.entered);
            emit PoolMoved(
                all.issued,
                all.clawedBack,
                all.redeemed,
                all.givenBack,
                all.dropped,
                all.reserve,
                all.closed
            );
        }
    }

    /// @dev What the pool owes for these points, in thousandths of a minor unit.
    function _owed(
        uint256 issued,
        uint256 clawedBack,
        uint256 redeemed,
        uint256 givenBack
    ) private view returns (int256) {
        int256 accepted = int256(redeemed) - int256(givenBack);
        int256 outstanding = int256(issued) - int256(clawedBack);
        return int256(redeemPrice) * accepted - int256(issuePrice) * outstanding;
    }

    function _position(StoredPosition memory own) private pure returns (Position memory) {
        return
            Position({
                issued: own.issued,
                clawedBack: own.clawedBack,
                redeemed: own.redeemed,
                givenBack: own.givenBack,
                carry: own.carry,
                day: own.day,
                issuedToday: own.issuedToday
            });
    }

    function _pool(StoredPool memory all) private view returns (Pool memory) {
        return
            Pool({
                issued: all.issued,
                clawedBack: all.clawedBack,
                redeemed: all.redeemed,
                givenBack: all.givenBack,
                dropped: all.dropped,
                reserve: (-_owed(all.issued, all.clawedBack, all.redeemed, all.givenBack)).toInt128(),
                closed: all.closed
            });
    }
}
