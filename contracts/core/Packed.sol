// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Reads packed bytes where they lie.
library Packed {
    /// @return word the 32 bytes from `offset`; what lies beyond `data` is whatever follows it in the call
    function wordAt(bytes calldata data, uint256 offset) internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }
}
