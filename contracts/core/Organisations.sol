// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IOrganisations} from "./IOrganisations.sol";

/// @notice The implementation of {IOrganisations}, where the prose stands.
contract Organisations is IOrganisations, AccessManaged {
    /// @dev An id's last byte is always padding, so a key with all that is known of it takes one slot.
    struct Signer {
        bytes31 organisation;
        bool speaks;
    }

    mapping(bytes32 organisation => bool) public isAdmitted;
    mapping(address signer => Signer) private signers;
    mapping(bytes32 organisation => address[]) private granted;
    bytes32[] private admitted;

    constructor(address authority) AccessManaged(authority) {}

    function admit(bytes32 organisation, string calldata name) external restricted {
        _checkId(organisation);
        if (isAdmitted[organisation]) return;

        isAdmitted[organisation] = true;
        admitted.push(organisation);

        emit OrganisationAdmitted(organisation, name);
    }

    function grantSigner(bytes32 organisation, address signer) external restricted {
        require(isAdmitted[organisation], OrganisationsUnknown(organisation));
        Signer memory known = signers[signer];
        require(
            known.organisation == 0 || known.organisation == organisation,
            OrganisationsSignerTaken(signer, known.organisation)
        );
        if (known.speaks) return;
        require(known.organisation == 0, OrganisationsSignerEnded(signer));

        signers[signer] = Signer(bytes31(organisation), true);
        granted[organisation].push(signer);

        emit SignerGranted(organisation, signer);
    }

    function revokeSigner(address signer) external restricted {
        Signer storage known = signers[signer];
        require(known.speaks, OrganisationsSignerUnknown(signer));

        known.speaks = false;

        emit SignerRevoked(known.organisation, signer);
    }

    function organisationOf(address signer) external view returns (bytes32) {
        Signer memory known = signers[signer];
        return known.speaks ? bytes32(known.organisation) : bytes32(0);
    }

    function hasEnded(address signer) external view returns (bool) {
        Signer memory known = signers[signer];
        return known.organisation != 0 && !known.speaks;
    }

    function signersOf(bytes32 organisation) external view returns (address[] memory speaking) {
        address[] storage all = granted[organisation];
        speaking = new address[](all.length);
        uint256 count = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            if (signers[all[i]].speaks) speaking[count++] = all[i];
        }
        assembly ("memory-safe") {
            mstore(speaking, count)
        }
    }

    function organisations() external view returns (bytes32[] memory) {
        return admitted;
    }

    function _checkId(bytes32 organisation) private pure {
        bool ended = organisation[0] == 0 || organisation[31] != 0;
        require(!ended, OrganisationsIdInvalid(organisation));

        for (uint256 i = 0; i < 31; ++i) {
            bytes1 character = organisation[i];
            if (character == 0) ended = true;
            else require(!ended && _isAllowed(character), OrganisationsIdInvalid(organisation));
        }
    }

    function _isAllowed(bytes1 character) private pure returns (bool) {
        return
            (character >= "A" && character <= "Z") ||
            (character >= "a" && character <= "z") ||
            (character >= "0" && character <= "9") ||
            character == "." ||
            character == "_" ||
            character == "-";
    }
}
