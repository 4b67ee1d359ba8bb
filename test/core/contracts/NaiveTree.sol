// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A Merkle tree as the interface tells it, level by level and without thrift.
library NaiveTree {
    function leaf(
        bytes32 organisation,
        uint64 batch,
        uint256 index,
        uint8 kind,
        bytes16 operation,
        bytes32 details
    ) internal pure returns (bytes32) {
        bytes memory said = abi.encodePacked(organisation, batch, uint32(index), kind, operation, details);
        return keccak256(abi.encodePacked(keccak256(said)));
    }

    function root(bytes32[] memory nodes) internal pure returns (bytes32) {
        while (nodes.length > 1) nodes = _above(nodes);
        return nodes.length == 0 ? bytes32(0) : nodes[0];
    }

    function proof(bytes32[] memory nodes, uint256 place) internal pure returns (bytes32[] memory path) {
        for (; nodes.length > 1; nodes = _above(nodes)) {
            uint256 sibling = place % 2 == 0 ? place + 1 : place - 1;
            if (sibling < nodes.length) path = append(path, nodes[sibling]);
            place /= 2;
        }
    }

    function append(bytes32[] memory nodes, bytes32 node) internal pure returns (bytes32[] memory more) {
        more = new bytes32[](nodes.length + 1);
        for (uint256 i = 0; i < nodes.length; ++i) more[i] = nodes[i];
        more[nodes.length] = node;
    }

    function _above(bytes32[] memory nodes) private pure returns (bytes32[] memory level) {
        level = new bytes32[]((nodes.length + 1) / 2);
        for (uint256 i = 0; i < level.length; ++i) {
            bool alone = 2 * i + 1 == nodes.length;
            level[i] = alone ? nodes[2 * i] : _pair(nodes[2 * i], nodes[2 * i + 1]);
        }
    }

    function _pair(bytes32 one, bytes32 other) private pure returns (bytes32) {
        return one < other ? keccak256(abi.encodePacked(one, other)) : keccak256(abi.encodePacked(other, one));
    }
}
