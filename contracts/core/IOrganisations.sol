// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who the members of the consortium are, and which key signs for each of them now.
/// @notice State everywhere is kept by organisation and never by key, so that a key can be changed. Administered by the
/// one AccessManager of the book; every function that changes something is `restricted`.
/// @dev An organisation's id is its ASCII name of at most 31 characters, padded right with zeros: the same string from
/// which operation ids are derived.
interface IOrganisations {
    /// @notice `organisation` is a member from this block on. It is emitted once an organisation.
    event OrganisationAdmitted(bytes32 indexed organisation, string name);

    /// @notice `signer` speaks for `organisation` from this block on.
    event SignerGranted(bytes32 indexed organisation, address indexed signer);

    /// @notice `signer` speaks for nobody from this block on, for ever. What it signed before can only revert.
    event SignerRevoked(bytes32 indexed organisation, address indexed signer);

    /// @notice The id is empty, or has a character outside of A-Z a-z 0-9 . _ - or after its padding.
    error OrganisationsIdInvalid(bytes32 organisation);

    /// @notice Nobody admitted this organisation.
    error OrganisationsUnknown(bytes32 organisation);

    /// @notice The key speaks, or spoke, for another organisation. A key never changes sides, so that what it once
    /// signed can always be attributed.
    error OrganisationsSignerTaken(address signer, bytes32 organisation);

    /// @notice The key was ended, and never speaks again: so what it signed and no block had then is nothing for ever.
    error OrganisationsSignerEnded(address signer);

    /// @notice The address is no organisation's signer now.
    error OrganisationsSignerUnknown(address signer);

    /// @notice Admits `organisation`. Admitting it again changes nothing.
    ///
    /// Requirements:
    /// - the caller is the administrator
    /// - the id is well formed
    function admit(bytes32 organisation, string calldata name) external;

    /// @notice Lets `signer` speak for `organisation`. Granting it again changes nothing.
    ///
    /// Requirements:
    /// - the caller is the administrator
    /// - the organisation is admitted
    /// - the key never spoke for another organisation
    /// - the key was not ended
    function grantSigner(bytes32 organisation, address signer) external;

    /// @notice Ends `signer`'s speaking for its organisation, for ever.
    ///
    /// Requirements:
    /// - the caller is the administrator
    /// - the key speaks for an organisation now
    function revokeSigner(address signer) external;

    /// @notice The organisation for which `signer` speaks now; zero when for none.
    function organisationOf(address signer) external view returns (bytes32 organisation);

    /// @notice Whether `signer` spoke for an organisation once and was ended.
    function hasEnded(address signer) external view returns (bool);

    /// @notice Every key that speaks for `organisation` now, in the order of granting.
    function signersOf(bytes32 organisation) external view returns (address[] memory speaking);

    /// @notice Whether `organisation` was admitted.
    function isAdmitted(bytes32 organisation) external view returns (bool);

    /// @notice Every organisation, in the order of admission.
    function organisations() external view returns (bytes32[] memory);
}
