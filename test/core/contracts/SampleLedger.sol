// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OperationEnvelope} from "../../../contracts/core/OperationEnvelope.sol";

/// @notice The smallest ledger that has all that an envelope can decide: three kinds, two roles, one rejection.
contract SampleLedger is OperationEnvelope {
    uint8 public constant WRITE = 1;
    uint8 public constant REFUSE = 2;
    uint8 public constant SEAL = 3;
    uint64 public constant WRITER = 11;
    uint64 public constant SEALER = 12;

    bytes32[] private words;

    error SampleRefused(bytes16 operation);

    constructor(address authority, address organisations) OperationEnvelope(authority, organisations) {}

    /// @notice Every word that an applied operation brought, in order.
    function written() external view returns (bytes32[] memory) {
        return words;
    }

    function _roleOf(uint8 kind) internal pure override returns (uint64) {
        if (kind == WRITE || kind == REFUSE) return WRITER;
        return kind == SEAL ? SEALER : 0;
    }

    function _detailsLength() internal pure override returns (uint256) {
        return 32;
    }

    function _applyAll(Batch memory batch, bytes calldata rest) internal override {
        while (rest.length != 0) {
            bytes32 head;
            bytes calldata body;
            (head, body, rest) = _next(batch, rest);
            (bytes32 word, bytes memory reason) = _apply(batch, head, body);
            _decide(batch, head, word, reason);
        }
    }

    function _apply(
        Batch memory batch,
        bytes32 head,
        bytes calldata body
    ) private returns (bytes32 word, bytes memory reason) {
        uint8 kind = _kindOf(head);
        if (!_isAllowed(batch, kind)) return (0, _whyNotAllowed(batch, kind));
        if (body.length != 32) {
            return (0, abi.encodeWithSelector(OperationBodyMalformed.selector, kind, body.length));
        }
        if (kind == REFUSE) return (0, abi.encodeWithSelector(SampleRefused.selector, _operationOf(head)));

        word = bytes32(body);
        words.push(word);
    }
}
