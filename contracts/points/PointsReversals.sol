// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {OperationEnvelope} from "../core/OperationEnvelope.sol";
import {OperationLeaf} from "../core/OperationLeaf.sol";
import {Account} from "./Account.sol";
import {Reversal} from "./Bodies.sol";
import {PointsKinds} from "./PointsKinds.sol";
import {PointsMembers} from "./PointsMembers.sol";

/// @notice Reverse: the body brings the proof of its original; only how much of that was reversed is stored.
abstract contract PointsReversals is OperationEnvelope, PointsMembers {
    mapping(bytes32 leaf => uint256) public reversed;

    /// @return points how many were reversed
    function _reverse(
        Session memory session,
        bytes16 operation,
        Reversal memory reversal,
        bytes32[] calldata proof
    ) internal returns (uint256 points, bytes memory reason) {
        bytes32 leaf = _leafOf(session.organisation, reversal);
        uint256 already = reversed[leaf];

        if (reversal.kind != PointsKinds.EARN && reversal.kind != PointsKinds.REDEEM) {
            return (0, abi.encodeWithSelector(PointsLedgerNotReversible.selector, reversal.kind));
        }
        bytes32 root = rootOf[session.organisation][reversal.batch];
        if (root == 0 || !MerkleProof.verifyCalldata(proof, root, leaf)) {
            return (0, abi.encodeWithSelector(PointsLedgerOriginalNotProven.selector, reversal.operation));
        }
        if (session.period >= reversal.period + periods) {
            return (0, abi.encodeWithSelector(PointsLedgerOriginalExpired.selector, reversal.operation));
        }
        uint256 left = reversal.originalPoints - already;
        points = reversal.points == 0 ? left : reversal.points;
        if (points == 0 || points > left) {
            return (0, _tooLarge(reversal, left));
        }

        if (reversal.kind == PointsKinds.EARN) _reverseEarning(session, operation, reversal, points);
        else reason = _reverseRedemption(session, operation, reversal, points);
        if (reason.length == 0) reversed[leaf] = already + points;
    }

    /// @dev Who is proven to have earned is enrolled; frozen or not makes no difference.
    function _reverseEarning(
        Session memory session,
        bytes16 operation,
        Reversal memory reversal,
        uint256 points
    ) private {
        Member storage member = _member(reversal.member);
        (Account account, uint256 dropped) = member.account.advance(session.period, periods);
        uint256 shortfall;
        (account, shortfall) = account.takeBack(points);

        session.clawedBack += points - shortfall;
        member.account = account;

        if (dropped != 0) _drop(session, reversal.member, dropped);
        emit EarningReversed(
            operation,
            reversal.member,
            reversal.operation,
            points,
            shortfall,
            Account.unwrap(account)
        );
    }

    function _reverseRedemption(
        Session memory session,
        bytes16 operation,
        Reversal memory reversal,
        uint256 points
    ) private returns (bytes memory reason) {
        Member storage member = _member(reversal.member);
        (Account account, uint256 dropped) = member.account.advance(session.period, periods);
        bool fits;
        (account, fits) = account.earn(points);
        if (!fits) return abi.encodeWithSelector(PointsLedgerAccountFull.selector, reversal.member);

        session.givenBack += points;
        member.account = account;

        if (dropped != 0) _drop(session, reversal.member, dropped);
        emit RedemptionReversed(operation, reversal.member, reversal.operation, points, Account.unwrap(account));
    }

    function _leafOf(bytes32 organisation, Reversal memory reversal) private pure returns (bytes32) {
        return
            OperationLeaf.hash(
                organisation,
                reversal.batch,
                reversal.index,
                reversal.kind,
                reversal.operation,
                abi.encodePacked(reversal.member, uint32(reversal.originalPoints), uint32(reversal.period))
            );
    }

    function _tooLarge(Reversal memory reversal, uint256 left) private pure returns (bytes memory) {
        return abi.encodeWithSelector(PointsLedgerReversalTooLarge.selector, reversal.operation, left, reversal.points);
    }
}
