// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The envelope that every ledger shares: many operations of one organisation in one transaction.
/// @notice Each operation succeeds or is rejected on its own; a rejected one leaves no trace but its event. The contract
/// holds no operation ids: that an operation is applied at most once is the write path's promise, which the audit checks.
/// @dev A batch is the concatenation of its entries, each packed:
///
///     kind uint8 ‖ operation bytes16 ‖ length uint16 ‖ body of that length
///
/// Kind 0 is the void entry, which only rejects; the other kinds are the ledger's own. Framing that does not add up
/// reverts the whole batch; a body that its kind cannot read rejects that entry alone.
///
/// The events of a batch come in the order of its entries and end with {BatchApplied}: whoever reads them learns from
/// that last event whose operations the events before it were. Anyone can put any 16 bytes into an entry, so an event
/// counts for an operation only if that organisation is the operation's.
///
/// The root of a batch is a Merkle tree over the entries that it applied, in order. Pairs are hashed sorted and an odd
/// node moves up unchanged (OpenZeppelin's MerkleProof verifies it). A leaf is
///
///     keccak256(keccak256(organisation bytes32 ‖ batch uint64 ‖ index uint32 ‖ kind uint8 ‖ operation bytes16 ‖ details))
///
/// where index counts the applied entries of the batch from 0, and details are packed as the ledger says. Everything in
/// it stands in events, so anyone can rebuild it.
interface IOperationEnvelope {
    /// @notice `operation` was rejected; `reason` is the ABI-encoded custom error. Nothing else happened.
    event OperationRejected(bytes16 indexed operation, bytes reason);

    /// @notice The organisation's batch number `batch` (from 1, without gaps) ended. `root` is zero when nothing was applied.
    event BatchApplied(
        bytes32 indexed organisation,
        uint64 indexed batch,
        bytes32 root,
        uint32 applied,
        uint32 rejected
    );

    /// @notice The reason of a void entry: the operation could not be executed at all.
    error OperationVoid();

    /// @notice The reason for a kind that the ledger does not have.
    error OperationKindUnknown(uint8 kind);

    /// @notice The reason for a body that its kind cannot read.
    error OperationBodyMalformed(uint8 kind, uint256 length);

    /// @notice The reason for an operation that the organisation's roles do not allow.
    error OperationRoleMissing(bytes32 organisation, uint64 role);

    /// @notice Reverts the batch: the caller speaks for no organisation.
    error OperationEnvelopeSignerUnknown(address signer);

    /// @notice Reverts the batch: an entry does not fit into the bytes that are left at `offset`.
    error OperationEnvelopeMalformed(uint256 offset);

    /// @notice Applies a batch of the caller's organisation. An empty batch is valid: it is numbered and changes nothing.
    ///
    /// Requirements:
    /// - the AccessManager lets the caller call it
    /// - the caller speaks for an organisation
    /// - the framing adds up
    function submit(bytes calldata operations) external;

    /// @notice How many batches of `organisation` were applied.
    function batchCount(bytes32 organisation) external view returns (uint64);

    /// @notice The root of one batch; zero when it applied nothing or does not exist.
    function rootOf(bytes32 organisation, uint64 batch) external view returns (bytes32);

    /// @notice Where organisations and their signers are kept.
    function organisations() external view returns (address);
}
