// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {BatchTree} from "./BatchTree.sol";
import {IOperationEnvelope} from "./IOperationEnvelope.sol";
import {IOrganisations} from "./IOrganisations.sol";
import {OperationLeaf} from "./OperationLeaf.sol";
import {Packed} from "./Packed.sol";

/// @notice The implementation of {IOperationEnvelope}, where the prose stands.
/// @dev A ledger says which role each of its kinds needs and how one operation is applied; all else is here.
abstract contract OperationEnvelope is IOperationEnvelope, AccessManaged {
    using Packed for bytes;

    uint256 private constant HEADER_LENGTH = 19;

    address public immutable organisations;
    mapping(bytes32 organisation => uint64) public batchCount;
    mapping(bytes32 organisation => mapping(uint64 batch => bytes32)) public rootOf;

    /// @dev What is known of a batch while it runs.
    /// @param allowed bit k is set when the signer's roles allow kind k
    /// @param session what the ledger's {_open} returned
    struct Batch {
        bytes32 organisation;
        uint64 number;
        uint256 allowed;
        uint256 session;
        uint256 rejected;
        BatchTree tree;
    }

    constructor(address authority, address organisations_) AccessManaged(authority) {
        organisations = organisations_;
    }

    function submit(bytes calldata operations) external restricted {
        bytes32 organisation = IOrganisations(organisations).organisationOf(msg.sender);
        require(organisation != 0, OperationEnvelopeSignerUnknown(msg.sender));

        Batch memory batch;
        batch.organisation = organisation;
        batch.number = ++batchCount[organisation];

        if (operations.length != 0) _applyAll(batch, operations);

        bytes32 root = batch.tree.root();
        if (root != 0) rootOf[organisation][batch.number] = root;
        emit BatchApplied(organisation, batch.number, root, uint32(batch.tree.count), uint32(batch.rejected));
    }

    function _applyAll(Batch memory batch, bytes calldata operations) private {
        batch.allowed = _kindsAllowed(msg.sender);
        batch.session = _open(batch.organisation);

        uint256 offset = 0;
        while (offset != operations.length) {
            require(operations.length - offset >= HEADER_LENGTH, OperationEnvelopeMalformed(offset));
            bytes32 header = operations.wordAt(offset);
            uint256 start = offset + HEADER_LENGTH;
            uint256 length = uint16(bytes2(header << 136));
            require(operations.length - start >= length, OperationEnvelopeMalformed(offset));

            _applyOne(batch, uint8(header[0]), bytes16(header << 8), operations[start:start + length]);
            offset = start + length;
        }

        _close(batch.session);
    }

    function _applyOne(Batch memory batch, uint8 kind, bytes16 operation, bytes calldata body) private {
        bytes32 details;
        bytes memory rejection;
        if ((batch.allowed >> kind) & 1 == 1) {
            (details, rejection) = _apply(batch.session, kind, operation, body);
        } else {
            rejection = _whyNotAllowed(batch.organisation, kind);
        }

        if (rejection.length != 0) {
            ++batch.rejected;
            emit OperationRejected(operation, rejection);
        } else {
            batch.tree.push(
                OperationLeaf.hash(
                    batch.organisation,
                    batch.number,
                    uint32(batch.tree.count),
                    kind,
                    operation,
                    bytes.concat(bytes24(details))
                )
            );
        }
    }

    function _kindsAllowed(address signer) private view returns (uint256 allowed) {
        uint64 asked = 0;
        bool isMember = false;
        for (uint8 kind = 1; ; ++kind) {
            uint64 role = _roleOf(kind);
            if (role == 0) return allowed;
            if (role != asked) {
                (isMember, ) = IAccessManager(authority()).hasRole(role, signer);
                asked = role;
            }
            if (isMember) allowed |= 1 << kind;
        }
    }

    function _whyNotAllowed(bytes32 organisation, uint8 kind) private view returns (bytes memory) {
        if (kind == 0) return abi.encodeWithSelector(OperationVoid.selector);
        uint64 role = _roleOf(kind);
        if (role == 0) return abi.encodeWithSelector(OperationKindUnknown.selector, kind);
        return abi.encodeWithSelector(OperationRoleMissing.selector, organisation, role);
    }

    /// @dev The role that `kind` needs; zero when there is no such kind. Kinds are numbered from 1 without gaps.
    function _roleOf(uint8 kind) internal view virtual returns (uint64);

    /// @dev Called before the first entry of a batch that has any. What it returns comes back with every call.
    function _open(bytes32 organisation) internal virtual returns (uint256 session);

    /// @dev Applies one operation, or returns the custom error for which it is rejected and leaves no trace of it.
    /// @return details of the leaf
    function _apply(
        uint256 session,
        uint8 kind,
        bytes16 operation,
        bytes calldata body
    ) internal virtual returns (bytes32 details, bytes memory rejection);

    /// @dev Called after the last entry.
    function _close(uint256 session) internal virtual;
}
