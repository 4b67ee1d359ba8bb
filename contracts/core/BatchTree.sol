// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice The Merkle tree over a batch, built while its leaves come in: it remembers one node a level, the root of a
/// full subtree that still waits for its right neighbour. Leaf number i completes as many subtrees as i ends in ones.
struct BatchTree {
    uint256 count;
    bytes32[32] waiting;
}

using BatchTreeLibrary for BatchTree global;

library BatchTreeLibrary {
    function push(BatchTree memory tree, bytes32 node) internal pure {
        uint256 index = tree.count++;
        uint256 level = 0;
        for (; index & 1 == 1; index >>= 1) {
            node = Hashes.commutativeKeccak256(tree.waiting[level++], node);
        }
        tree.waiting[level] = node;
    }

    /// @return node zero for a tree without leaves
    function root(BatchTree memory tree) internal pure returns (bytes32 node) {
        uint256 level = 0;
        for (uint256 count = tree.count; count != 0; count >>= 1) {
            if (count & 1 == 1) {
                bytes32 left = tree.waiting[level];
                node = node == 0 ? left : Hashes.commutativeKeccak256(left, node);
            }
            ++level;
        }
    }
}
