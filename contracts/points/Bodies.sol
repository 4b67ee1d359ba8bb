// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Packed} from "../core/Packed.sol";
import {Posting} from "./Posting.sol";

uint16 constant POSTING_LENGTH = 20;
uint16 constant MEMBER_LENGTH = 16;

/// @notice What a reversal says of its original, and how much of that to reverse: 0 for all that is left.
struct Reversal {
    uint8 kind;
    bytes16 operation;
    uint64 batch;
    uint32 index;
    bytes16 member;
    uint256 originalPoints;
    uint256 period;
    uint256 points;
}

/// @notice The bodies of the ledger's kinds, packed as {IPointsLedger} says. Callers check the length first.
library Bodies {
    using Packed for bytes;

    uint256 private constant REVERSAL_LENGTH = 57;

    function isReversal(bytes calldata body) internal pure returns (bool) {
        return body.length >= REVERSAL_LENGTH && (body.length - REVERSAL_LENGTH) % 32 == 0;
    }

    function member(bytes calldata body) internal pure returns (bytes16) {
        return bytes16(body.wordAt(0));
    }

    function posting(bytes calldata body) internal pure returns (Posting) {
        return Posting.wrap(bytes20(body.wordAt(0)));
    }

    function reversal(bytes calldata body) internal pure returns (Reversal memory) {
        bytes32 first = body.wordAt(0);
        bytes32 second = body.wordAt(29);
        return
            Reversal({
                kind: uint8(first[0]),
                operation: bytes16(first << 8),
                batch: uint64(bytes8(first << 136)),
                index: uint32(bytes4(body.wordAt(25))),
                member: bytes16(second),
                originalPoints: uint32(bytes4(second << 128)),
                period: uint32(bytes4(second << 160)),
                points: uint32(bytes4(second << 192))
            });
    }

    function proof(bytes calldata body) internal pure returns (bytes32[] calldata path) {
        uint256 length = (body.length - REVERSAL_LENGTH) / 32;
        assembly ("memory-safe") {
            path.offset := add(body.offset, REVERSAL_LENGTH)
            path.length := length
        }
    }
}
