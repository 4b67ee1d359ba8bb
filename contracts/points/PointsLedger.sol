// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {OperationEnvelope} from "../core/OperationEnvelope.sol";
import {OperationLeaf} from "../core/OperationLeaf.sol";
import {Account, AccountLibrary} from "./Account.sol";
import {Bodies} from "./Bodies.sol";
import {IPointsLedger} from "./IPointsLedger.sol";
import {PointsPool} from "./PointsPool.sol";

/// @notice The implementation of {IPointsLedger}, where the prose stands.
contract PointsLedger is OperationEnvelope, PointsPool {
    using Bodies for bytes;

    uint8 private constant ENROL = 1;
    uint8 private constant EARN = 2;
    uint8 private constant REDEEM = 3;
    uint8 private constant REVERSE = 4;
    uint8 private constant FREEZE = 5;
    uint8 private constant UNFREEZE = 6;
    uint8 private constant SETTLE = 7;

    uint64 private constant MERCHANT = uint64(bytes8(keccak256("points:merchant")));
    uint64 private constant OPERATOR = uint64(bytes8(keccak256("points:operator")));

    uint256 private constant DAY = 1 days;
    uint256 private constant UTC_PLUS_8 = 8 hours;

    bytes3 private immutable currency;
    uint256 private immutable periodSeconds;
    uint256 private immutable periods;
    uint256 private immutable dailyIssueCap;
    uint64 public immutable start;

    mapping(bytes16 member => Account) private stored;
    mapping(bytes32 leaf => uint256) public reversed;

    constructor(
        address authority,
        address organisations,
        Programme memory programme_
    ) OperationEnvelope(authority, organisations) PointsPool(programme_.issuePrice, programme_.redeemPrice) {
        require(_isCurrency(programme_.currency), PointsLedgerProgrammeInvalid());
        require(programme_.redeemPrice <= programme_.issuePrice, PointsLedgerProgrammeInvalid());
        require(programme_.periodSeconds != 0, PointsLedgerProgrammeInvalid());
        require(programme_.periods >= 4 && programme_.periods <= 8, PointsLedgerProgrammeInvalid());

        currency = programme_.currency;
        periodSeconds = programme_.periodSeconds;
        periods = programme_.periods;
        dailyIssueCap = programme_.dailyIssueCap;
        start = uint64(block.timestamp);
    }

    function programme() external view returns (Programme memory) {
        return
            Programme({
                currency: currency,
                issuePrice: uint32(issuePrice),
                redeemPrice: uint32(redeemPrice),
                periodSeconds: uint32(periodSeconds),
                periods: uint8(periods),
                dailyIssueCap: uint64(dailyIssueCap)
            });
    }

    function accounts(bytes16[] calldata members) external view returns (uint256[] memory words) {
        words = new uint256[](members.length);
        for (uint256 i = 0; i < members.length; ++i) words[i] = Account.unwrap(stored[members[i]]);
    }

    function balanceOf(bytes16 member) external view returns (uint256) {
        Account account = stored[member];
        if (!account.isEnrolled()) return 0;
        (account, ) = account.advance(_period(), periods);
        return account.live();
    }

    function _roleOf(uint8 kind) internal pure override returns (uint64) {
        if (kind == 0 || kind > SETTLE) return 0;
        return kind <= REVERSE ? MERCHANT : OPERATOR;
    }

    function _open(bytes32 organisation) internal view override returns (uint256 context) {
        Session memory session;
        session.organisation = organisation;
        session.period = _period();
        session.day = (block.timestamp + UTC_PLUS_8) / DAY;
        _openBooks(session);
        assembly ("memory-safe") {
            context := session
        }
    }

    function _close(uint256 context) internal override {
        Session memory session = _session(context);
        _enter(session);
        _announce(session);
    }

    function _apply(
        uint256 context,
        uint8 kind,
        bytes16 operation,
        bytes calldata body
    ) internal override returns (bytes32 details, bytes memory rejection) {
        Session memory session = _session(context);
        if (!_isWellFormed(kind, body)) {
            return (0, abi.encodeWithSelector(OperationBodyMalformed.selector, kind, body.length));
        }

        bytes16 member = operation;
        uint256 points = 0;
        if (kind == REDEEM) {
            (member, points) = body.posting();
            rejection = _redeem(session, operation, member, points);
        } else if (kind == EARN) {
            (member, points) = body.posting();
            rejection = _earn(session, operation, member, points);
        } else if (kind == ENROL) {
            rejection = _enrol(session, operation);
        } else if (kind == REVERSE) {
            Bodies.Reversal memory reversal = body.reversal();
            member = reversal.member;
            (points, rejection) = _reverse(session, operation, reversal, body.proof());
        } else if (kind == SETTLE) {
            member = 0;
            _enter(session);
            _settle(operation);
            session.poolMoved = true;
        } else {
            member = body.member();
            rejection = _setFrozen(operation, member, kind == FREEZE);
        }

        details = bytes32(member) | bytes32((points << 96) | (session.period << 64));
    }

    function _enrol(Session memory session, bytes16 operation) private returns (bytes memory) {
        if (stored[operation].isEnrolled()) {
            return abi.encodeWithSelector(PointsLedgerMemberExists.selector, operation);
        }
        if (!AccountLibrary.canHold(session.period)) {
            return abi.encodeWithSelector(PointsLedgerAccountFull.selector, operation);
        }

        Account account = AccountLibrary.enrol(session.period);

        stored[operation] = account;

        emit MemberEnrolled(operation, Account.unwrap(account));
        return "";
    }

    function _earn(
        Session memory session,
        bytes16 operation,
        bytes16 member,
        uint256 points
    ) private returns (bytes memory) {
        Account account = stored[member];
        if (!account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberUnknown.selector, member);
        if (points == 0) return abi.encodeWithSelector(PointsLedgerZeroPoints.selector);
        uint256 issuedToday = session.issuedToday + points;
        if (issuedToday > dailyIssueCap) {
            return
                abi.encodeWithSelector(
                    PointsLedgerDailyCapExceeded.selector,
                    dailyIssueCap,
                    session.issuedToday,
                    points
                );
        }
        uint256 issued = session.totals.issued + points;
        if (issued > COUNTER_MAX) {
            return abi.encodeWithSelector(PointsLedgerPositionFull.selector, session.organisation);
        }
        uint256 dropped;
        bool fits;
        (account, dropped) = account.advance(session.period, periods);
        (account, fits) = account.earn(points);
        if (!fits || !AccountLibrary.canHold(session.period)) {
            return abi.encodeWithSelector(PointsLedgerAccountFull.selector, member);
        }

        session.issuedToday = issuedToday;
        session.totals.issued = issued;
        _write(session, member, account, dropped);

        emit PointsEarned(operation, member, points, Account.unwrap(account));
        return "";
    }

    function _redeem(
        Session memory session,
        bytes16 operation,
        bytes16 member,
        uint256 points
    ) private returns (bytes memory) {
        Account account = stored[member];
        if (!account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberUnknown.selector, member);
        if (account.isFrozen()) return abi.encodeWithSelector(PointsLedgerMemberFrozen.selector, member);
        if (points == 0) return abi.encodeWithSelector(PointsLedgerZeroPoints.selector);
        uint256 redeemed = session.totals.redeemed + points;
        if (redeemed > COUNTER_MAX) {
            return abi.encodeWithSelector(PointsLedgerPositionFull.selector, session.organisation);
        }
        if (!AccountLibrary.canHold(session.period)) {
            return abi.encodeWithSelector(PointsLedgerAccountFull.selector, member);
        }
        uint256 dropped;
        uint256 missing;
        (account, dropped) = account.advance(session.period, periods);
        (account, missing) = account.spend(points);
        if (missing != 0) {
            return abi.encodeWithSelector(PointsLedgerInsufficientPoints.selector, member, points - missing, points);
        }

        session.totals.redeemed = redeemed;
        _write(session, member, account, dropped);

        emit PointsRedeemed(operation, member, points, Account.unwrap(account));
        return "";
    }

    function _reverse(
        Session memory session,
        bytes16 operation,
        Bodies.Reversal memory original,
        bytes32[] calldata proof
    ) private returns (uint256 points, bytes memory rejection) {
        if (original.kind != EARN && original.kind != REDEEM) {
            return (0, abi.encodeWithSelector(PointsLedgerNotReversible.selector, original.kind));
        }
        bytes32 leaf = OperationLeaf.hash(
            session.organisation,
            original.batch,
            original.index,
            original.kind,
            original.operation,
            abi.encodePacked(original.member, original.originalPoints, original.period)
        );
        bytes32 root = rootOf[session.organisation][original.batch];
        if (root == 0 || !MerkleProof.verifyCalldata(proof, root, leaf)) {
            return (0, abi.encodeWithSelector(PointsLedgerOriginalNotProven.selector, original.operation));
        }
        if (session.period >= uint256(original.period) + periods) {
            return (0, abi.encodeWithSelector(PointsLedgerOriginalExpired.selector, original.operation));
        }
        uint256 left = original.originalPoints - reversed[leaf];
        points = original.points == 0 ? left : original.points;
        if (points == 0 || points > left) {
            return (
                0,
                abi.encodeWithSelector(PointsLedgerReversalTooLarge.selector, original.operation, left, original.points)
            );
        }

        rejection =
            original.kind == EARN
                ? _reverseEarning(session, operation, original, points)
                : _reverseRedemption(session, operation, original, points);
        if (rejection.length == 0) reversed[leaf] += points;
    }

    function _reverseEarning(
        Session memory session,
        bytes16 operation,
        Bodies.Reversal memory original,
        uint256 points
    ) private returns (bytes memory) {
        if (!AccountLibrary.canHold(session.period)) {
            return abi.encodeWithSelector(PointsLedgerAccountFull.selector, original.member);
        }
        (Account account, uint256 dropped) = stored[original.member].advance(session.period, periods);
        uint256 shortfall;
        (account, shortfall) = account.takeBack(points);

        session.totals.clawedBack += points - shortfall;
        _write(session, original.member, account, dropped);

        emit EarningReversed(
            operation,
            original.member,
            original.operation,
            points,
            shortfall,
            Account.unwrap(account)
        );
        return "";
    }

    function _reverseRedemption(
        Session memory session,
        bytes16 operation,
        Bodies.Reversal memory original,
        uint256 points
    ) private returns (bytes memory) {
        (Account account, uint256 dropped) = stored[original.member].advance(session.period, periods);
        bool fits;
        (account, fits) = account.earn(points);
        if (!fits || !AccountLibrary.canHold(session.period)) {
            return abi.encodeWithSelector(PointsLedgerAccountFull.selector, original.member);
        }

        session.totals.givenBack += points;
        _write(session, original.member, account, dropped);

        emit RedemptionReversed(operation, original.member, original.operation, points, Account.unwrap(account));
        return "";
    }

    function _setFrozen(bytes16 operation, bytes16 member, bool frozen) private returns (bytes memory) {
        Account account = stored[member];
        if (!account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberUnknown.selector, member);

        account = frozen ? account.freeze() : account.unfreeze();

        stored[member] = account;

        if (frozen) emit MemberFrozen(operation, member, Account.unwrap(account));
        else emit MemberUnfrozen(operation, member, Account.unwrap(account));
        return "";
    }

    function _write(Session memory session, bytes16 member, Account account, uint256 dropped) private {
        stored[member] = account;
        if (dropped != 0) {
            session.totals.dropped += dropped;
            emit PointsExpired(member, dropped);
        }
    }

    function _period() private view returns (uint256) {
        return (block.timestamp - start) / periodSeconds;
    }

    function _isWellFormed(uint8 kind, bytes calldata body) private pure returns (bool) {
        if (kind == REDEEM || kind == EARN) return body.length == Bodies.POSTING_LENGTH;
        if (kind == ENROL || kind == SETTLE) return body.length == 0;
        if (kind == REVERSE) return body.isReversal();
        return body.length == Bodies.MEMBER_LENGTH;
    }

    function _isCurrency(bytes3 code) private pure returns (bool) {
        for (uint256 i = 0; i < 3; ++i) if (code[i] < "A" || code[i] > "Z") return false;
        return true;
    }

    function _session(uint256 context) private pure returns (Session memory session) {
        assembly ("memory-safe") {
            session := context
        }
    }
}
