// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What an earning or a redemption says: member ‖ points, as its body and the details of its leaf begin.
type Posting is bytes20;

using PostingLibrary for Posting global;

library PostingLibrary {
    function member(Posting posting) internal pure returns (bytes16) {
        return bytes16(Posting.unwrap(posting));
    }

    function points(Posting posting) internal pure returns (uint256) {
        return uint32(uint160(Posting.unwrap(posting)));
    }
}
