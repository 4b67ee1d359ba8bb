// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OperationEnvelope} from "../core/OperationEnvelope.sol";
import {Bodies, Reversal} from "./Bodies.sol";
import {PointsKinds} from "./PointsKinds.sol";
import {PointsPostings} from "./PointsPostings.sol";
import {PointsProgramme} from "./PointsProgramme.sol";
import {PointsReversals} from "./PointsReversals.sol";
import {Posting} from "./Posting.sol";

/// @notice The implementation of {IPointsLedger}, where the prose stands. Here each operation finds its kind.
contract PointsLedger is PointsPostings, PointsReversals {
    using Bodies for bytes;

    constructor(
        address authority,
        address organisations,
        Programme memory programme
    ) OperationEnvelope(authority, organisations) PointsProgramme(programme) {}

    function _roleOf(uint8 kind) internal pure override returns (uint64) {
        return PointsKinds.roleOf(kind);
    }

    function _detailsLength() internal pure override returns (uint256) {
        return 24;
    }

    function _applyAll(Batch memory batch, bytes calldata rest) internal override {
        Session memory session = _openSession(batch.organisation);

        while (rest.length != 0) {
            bytes32 head;
            bytes calldata body;
            (head, body, rest) = _next(batch, rest);
            (bytes32 details, bytes memory reason) = _apply(batch, session, head, body);
            _decide(batch, head, details, reason);
        }

        _closeSession(session);
    }

    /// @dev Earnings and redemptions come first: they are most of what happens.
    function _apply(
        Batch memory batch,
        Session memory session,
        bytes32 head,
        bytes calldata body
    ) private returns (bytes32 details, bytes memory reason) {
        uint8 kind = _kindOf(head);
        bytes16 operation = _operationOf(head);

        if (!_isAllowed(batch, kind)) {
            reason = _whyNotAllowed(batch, kind);
        } else if (kind == PointsKinds.REDEEM) {
            Posting posting = body.posting();
            details = Posting.unwrap(posting);
            reason =
                body.length == Bodies.POSTING_LENGTH ? _redeem(session, operation, posting) : _malformed(kind, body);
        } else if (kind == PointsKinds.EARN) {
            Posting posting = body.posting();
            details = Posting.unwrap(posting);
            reason = body.length == Bodies.POSTING_LENGTH ? _earn(session, operation, posting) : _malformed(kind, body);
        } else {
            (details, reason) = _applyOther(session, kind, operation, body);
        }

        details |= session.leafPeriod;
    }

    function _applyOther(
        Session memory session,
        uint8 kind,
        bytes16 operation,
        bytes calldata body
    ) private returns (bytes32 details, bytes memory reason) {
        if (kind == PointsKinds.ENROL) {
            if (body.length != 0) return (0, _malformed(kind, body));
            details = operation;
            reason = _enrol(session, operation);
        } else if (kind == PointsKinds.REVERSE) {
            if (!body.isReversal()) return (0, _malformed(kind, body));
            Reversal memory reversal = body.reversal();
            uint256 points;
            (points, reason) = _reverse(session, operation, reversal, body.proof());
            details = bytes32(reversal.member) | bytes32(points << 96);
        } else if (kind == PointsKinds.SETTLE) {
            if (body.length != 0) return (0, _malformed(kind, body));
            _settle(session, operation);
        } else {
            if (body.length != Bodies.MEMBER_LENGTH) return (0, _malformed(kind, body));
            details = body.member();
            reason =
                kind == PointsKinds.FREEZE ? _freeze(operation, body.member()) : _unfreeze(operation, body.member());
        }
    }

    function _malformed(uint8 kind, bytes calldata body) private pure returns (bytes memory) {
        return abi.encodeWithSelector(OperationBodyMalformed.selector, kind, body.length);
    }
}
