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

    /// @return slice `length` bytes from `start`, which the caller knows to lie within `data`
    function part(bytes calldata data, uint256 start, uint256 length) internal pure returns (bytes calldata slice) {
        assembly ("memory-safe") {
            slice.offset := add(data.offset, start)
            slice.length := length
        }
    }
}
