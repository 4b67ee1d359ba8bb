// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OperationEnvelope} from "../core/OperationEnvelope.sol";
import {Bodies, MEMBER_LENGTH, POSTING_LENGTH, Reversal} from "./Bodies.sol";
import {PointsKinds} from "./PointsKinds.sol";
import {PointsPostings} from "./PointsPostings.sol";
import {PointsProgramme} from "./PointsProgramme.sol";
import {PointsReversals} from "./PointsReversals.sol";
import {Posting} from "./Posting.sol";

/// @notice The implementation of {IPointsLedger}, where the prose stands. Here each operation finds its kind.
contract PointsLedger is PointsPostings, PointsReversals {
    using Bodies for bytes;

    /// @dev Where an entry's head has its kind and its length, and what stands there for the two kinds that are most of
    /// what happens: one comparison tells them.
    bytes32 private constant SHAPE = bytes32(bytes1(0xff)) | (bytes32(bytes2(0xffff)) >> 136);
    bytes32 private constant EARNING = bytes32(bytes1(PointsKinds.EARN)) | (bytes32(bytes2(POSTING_LENGTH)) >> 136);
    bytes32 private constant REDEMPTION =
        bytes32(bytes1(PointsKinds.REDEEM)) | (bytes32(bytes2(POSTING_LENGTH)) >> 136);

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

    function _apply(
        Batch memory batch,
        Session memory session,
        bytes32 head,
        bytes calldata body
    ) private returns (bytes32 details, bytes memory reason) {
        bytes32 shape = head & SHAPE;

        if (shape == REDEMPTION && _isAllowed(batch, PointsKinds.REDEEM)) {
            Posting posting = body.posting();
            details = Posting.unwrap(posting);
            reason = _redeem(session, _operationOf(head), posting);
        } else if (shape == EARNING && _isAllowed(batch, PointsKinds.EARN)) {
            Posting posting = body.posting();
            details = Posting.unwrap(posting);
            reason = _earn(session, _operationOf(head), posting);
        } else if (_isAllowed(batch, _kindOf(head))) {
            (details, reason) = _applyOther(session, _kindOf(head), _operationOf(head), body);
        } else {
            reason = _whyNotAllowed(batch, _kindOf(head));
        }

        details |= session.leafPeriod;
    }

    function _applyOther(
        Session memory session,
        uint8 kind,
        bytes16 operation,
        bytes calldata body
    ) private returns (bytes32 details, bytes memory reason) {
        if (kind == PointsKinds.ENROL && body.length == 0) {
            details = operation;
            reason = _enrol(session, operation);
        } else if (kind == PointsKinds.REVERSE && body.isReversal()) {
            Reversal memory reversal = body.reversal();
            uint256 points;
            (points, reason) = _reverse(session, operation, reversal, body.proof());
            details = bytes32(reversal.member) | bytes32(points << 96);
        } else if (kind == PointsKinds.FREEZE && body.length == MEMBER_LENGTH) {
            details = body.member();
            reason = _freeze(operation, body.member());
        } else if (kind == PointsKinds.UNFREEZE && body.length == MEMBER_LENGTH) {
            details = body.member();
            reason = _unfreeze(operation, body.member());
        } else if (kind == PointsKinds.SETTLE && body.length == 0) {
            _settle(session, operation);
        } else {
            reason = abi.encodeWithSelector(OperationBodyMalformed.selector, kind, body.length);
        }
    }
}
