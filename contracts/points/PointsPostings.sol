// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Account} from "./Account.sol";
import {PointsMembers} from "./PointsMembers.sol";
import {Posting} from "./Posting.sol";

/// @notice Earn and redeem. Sums of a few 64 and 32 bit numbers cannot overflow, so they are unchecked.
abstract contract PointsPostings is PointsMembers {
    function _earn(Session memory session, bytes16 operation, Posting posting) internal returns (bytes memory reason) {
        bytes16 id = posting.member();
        uint256 points = posting.points();
        Member storage member = _member(id);
        Account account = member.account;

        if (!account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberUnknown.selector, id);
        if (points == 0) return abi.encodeWithSelector(PointsLedgerZeroPoints.selector);
        uint256 issuedToday;
        uint256 issued;
        unchecked {
            issuedToday = session.issuedToday + points;
            issued = session.issued + points;
        }
        if (issuedToday > dailyIssueCap) return _capExceeded(session, points);
        if (issued >= COUNTER_END) {
            return abi.encodeWithSelector(PointsLedgerPositionFull.selector, session.organisation);
        }
        uint256 dropped = 0;
        if (account.period() != session.period) (account, dropped) = account.advance(session.period, periods);
        (Account earned, bool fits) = account.earn(points);
        if (!fits) return abi.encodeWithSelector(PointsLedgerAccountFull.selector, id);

        session.issuedToday = issuedToday;
        session.issued = issued;
        member.account = earned;

        if (dropped != 0) _drop(session, id, dropped);
        emit PointsEarned(operation, id, points, Account.unwrap(earned));
    }

    function _redeem(
        Session memory session,
        bytes16 operation,
        Posting posting
    ) internal returns (bytes memory reason) {
        bytes16 id = posting.member();
        uint256 points = posting.points();
        Member storage member = _member(id);
        Account account = member.account;

        if (!account.isActive()) {
            if (!account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberUnknown.selector, id);
            return abi.encodeWithSelector(PointsLedgerMemberFrozen.selector, id);
        }
        if (points == 0) return abi.encodeWithSelector(PointsLedgerZeroPoints.selector);
        uint256 redeemed;
        unchecked {
            redeemed = session.redeemed + points;
        }
        if (redeemed >= COUNTER_END) {
            return abi.encodeWithSelector(PointsLedgerPositionFull.selector, session.organisation);
        }
        uint256 dropped = 0;
        if (account.period() != session.period) (account, dropped) = account.advance(session.period, periods);
        (Account spent, uint256 missing) = account.spend(points);
        if (missing != 0) {
            return abi.encodeWithSelector(PointsLedgerInsufficientPoints.selector, id, points - missing, points);
        }

        session.redeemed = redeemed;
        member.account = spent;

        if (dropped != 0) _drop(session, id, dropped);
        emit PointsRedeemed(operation, id, points, Account.unwrap(spent));
    }

    function _capExceeded(Session memory session, uint256 points) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(PointsLedgerDailyCapExceeded.selector, dailyIssueCap, session.issuedToday, points);
    }
}
