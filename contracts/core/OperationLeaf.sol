// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice An applied operation, as the batch's tree holds it.
library OperationLeaf {
    function hash(
        bytes32 organisation,
        uint64 batch,
        uint32 index,
        uint8 kind,
        bytes16 operation,
        bytes memory details
    ) internal pure returns (bytes32) {
        return
            keccak256(bytes.concat(keccak256(abi.encodePacked(organisation, batch, index, kind, operation, details))));
    }
}
