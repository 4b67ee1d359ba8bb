// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {BatchTree, BatchTreeLibrary} from "../../../contracts/core/BatchTree.sol";
import {OperationLeaf} from "../../../contracts/core/OperationLeaf.sol";
import {NaiveTree} from "./NaiveTree.sol";

contract BatchTreeTest {
    using NaiveTree for bytes32[];

    bytes32 private constant ORGANISATION = "hotel";
    uint64 private constant BATCH = 7;

    function test_ATreeOfEverySizeHasTheNaiveRootAndPathsThatOpenZeppelinVerifies() external pure {
        for (uint256 size = 0; size <= 40; ++size) _compare(size, size % 33);
        for (uint256 size = 63; size <= 65; ++size) _compare(size, 32);
        _compare(129, 24);
    }

    function testFuzz_ALeafIsWhatTheInterfaceSays(
        bytes32 organisation,
        uint64 batch,
        uint8 kind,
        bytes16 operation,
        bytes32 details
    ) external pure {
        BatchTree memory tree = BatchTreeLibrary.create(organisation, batch);
        tree.push(bytes32(abi.encodePacked(kind, operation, type(uint120).max)), details, 32);
        bytes32 naive = NaiveTree.leaf(organisation, batch, 0, kind, operation, details);
        require(tree.root() == naive, "a tree of one leaf");
        bytes memory said = abi.encodePacked(details);
        require(OperationLeaf.hash(organisation, batch, 0, kind, operation, said) == naive, "the plain leaf");
    }

    function test_ANodeIsNoLeaf() external pure {
        bytes32[] memory leaves = _leaves(4, 32);
        bytes32 node =
            leaves[0] < leaves[1]
                ? keccak256(abi.encodePacked(leaves[0], leaves[1]))
                : keccak256(abi.encodePacked(leaves[1], leaves[0]));
        bytes32[] memory path = leaves.proof(0);
        bytes32[] memory shorter = new bytes32[](1);
        shorter[0] = path[1];
        require(MerkleProof.verify(shorter, leaves.root(), node), "the node does lie in the tree");
        require(!MerkleProof.verify(shorter, leaves.root(), keccak256(abi.encodePacked(node))), "hashed as a leaf is");
    }

    function _compare(uint256 size, uint256 detailsLength) private pure {
        BatchTree memory tree = BatchTreeLibrary.create(ORGANISATION, BATCH);
        for (uint256 i = 0; i < size; ++i) tree.push(_head(i), _details(i), detailsLength);
        bytes32[] memory leaves = _leaves(size, detailsLength);
        bytes32 root = leaves.root();
        require(tree.root() == root, "root");
        for (uint256 i = 0; i < size; ++i) {
            require(MerkleProof.verify(leaves.proof(i), root, leaves[i]), "path");
        }
    }

    function _leaves(uint256 size, uint256 detailsLength) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            bytes memory details = new bytes(detailsLength);
            for (uint256 j = 0; j < detailsLength; ++j) details[j] = _details(i)[j];
            leaves[i] = OperationLeaf.hash(ORGANISATION, BATCH, uint32(i), uint8(_head(i)[0]), _operation(i), details);
        }
    }

    function _head(uint256 i) private pure returns (bytes32) {
        return keccak256(abi.encode("head", i));
    }

    function _operation(uint256 i) private pure returns (bytes16) {
        return bytes16(_head(i) << 8);
    }

    function _details(uint256 i) private pure returns (bytes32) {
        return keccak256(abi.encode("details", i));
    }
}
