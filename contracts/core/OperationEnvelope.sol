// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {BatchTree, BatchTreeLibrary} from "./BatchTree.sol";
import {IOperationEnvelope} from "./IOperationEnvelope.sol";
import {IOrganisations} from "./IOrganisations.sol";
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
    struct Batch {
        bytes32 organisation;
        uint256 length;
        uint256 allowed;
        uint256 rejected;
        BatchTree tree;
    }

    constructor(address authority, address organisations_) AccessManaged(authority) {
        organisations = organisations_;
    }

    function submit(bytes calldata operations) external restricted {
        bytes32 organisation = IOrganisations(organisations).organisationOf(msg.sender);
        require(organisation != 0, OperationEnvelopeSignerUnknown(msg.sender));

        uint64 number = ++batchCount[organisation];
        if (operations.length == 0) {
            emit BatchApplied(organisation, number, 0, 0, 0);
            return;
        }

        Batch memory batch;
        batch.organisation = organisation;
        batch.length = operations.length;
        batch.allowed = _kindsAllowed(msg.sender);
        batch.tree = BatchTreeLibrary.create(organisation, number);
        _applyAll(batch, operations);

        bytes32 root = batch.tree.root();
        if (root != 0) rootOf[organisation][number] = root;
        emit BatchApplied(organisation, number, root, uint32(batch.tree.count), uint32(batch.rejected));
    }

    /// @dev Applies the entries in order: takes each with {_next} until there is none, and ends each with {_decide}. It
    /// leaves no trace of an operation that it rejects.
    function _applyAll(Batch memory batch, bytes calldata operations) internal virtual;

    /// @dev The role that `kind` needs; zero when there is no such kind. Kinds are numbered from 1 without gaps.
    function _roleOf(uint8 kind) internal view virtual returns (uint64);

    /// @dev How many bytes of details a leaf has, at most 32.
    function _detailsLength() internal pure virtual returns (uint256);

    /// @dev Takes the first entry of `rest`, which has one.
    /// @return head kind and operation, to be read by {_kindOf} and {_operationOf}
    /// @return body as its kind packs it
    /// @return next what follows the entry
    function _next(
        Batch memory batch,
        bytes calldata rest
    ) internal pure returns (bytes32 head, bytes calldata body, bytes calldata next) {
        unchecked {
            head = rest.wordAt(0);
            uint256 length = uint16(bytes2(head << 136));
            uint256 end = HEADER_LENGTH + length;
            if (end > rest.length) revert OperationEnvelopeMalformed(batch.length - rest.length);
            body = rest.part(HEADER_LENGTH, length);
            next = rest.part(end, rest.length - end);
        }
    }

    function _kindOf(bytes32 head) internal pure returns (uint8) {
        return uint8(head[0]);
    }

    function _operationOf(bytes32 head) internal pure returns (bytes16) {
        return bytes16(head << 8);
    }

    function _isAllowed(Batch memory batch, uint8 kind) internal pure returns (bool) {
        return batch.allowed & (1 << kind) != 0;
    }

    /// @dev The reason to reject a kind that {_isAllowed} denies.
    function _whyNotAllowed(Batch memory batch, uint8 kind) internal view returns (bytes memory) {
        if (kind == 0) return abi.encodeWithSelector(OperationVoid.selector);
        uint64 role = _roleOf(kind);
        if (role == 0) return abi.encodeWithSelector(OperationKindUnknown.selector, kind);
        return abi.encodeWithSelector(OperationRoleMissing.selector, batch.organisation, role);
    }

    /// @dev Ends an entry: applied, with the details of its leaf, or rejected for `reason`, a custom error.
    function _decide(Batch memory batch, bytes32 head, bytes32 details, bytes memory reason) internal {
        if (reason.length == 0) {
            batch.tree.push(head, details, _detailsLength());
        } else {
            ++batch.rejected;
            emit OperationRejected(_operationOf(head), reason);
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
}
