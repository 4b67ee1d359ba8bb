// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IOrganisations} from "../../../contracts/core/IOrganisations.sol";
import {SampleBook} from "./SampleBook.sol";
import {vm} from "./Vm.sol";

contract OrganisationsTest is SampleBook {
    address private constant KEY = address(0xa1);
    address private constant STRANGER = address(0xb2);
    bytes32 private constant MUSEUM = "museum";

    function test_AdmittingTellsAndLists() external {
        vm.expectEmit(address(organisations));
        emit IOrganisations.OrganisationAdmitted(MUSEUM, "The Museum");
        organisations.admit(MUSEUM, "The Museum");

        require(organisations.isAdmitted(MUSEUM), "admitted");
        bytes32[] memory all = organisations.organisations();
        require(all.length == 3 && all[0] == HOTEL && all[1] == PARK && all[2] == MUSEUM, "in order of admission");
    }

    function test_AdmittingAgainChangesAndSaysNothing() external {
        vm.recordLogs();
        organisations.admit(HOTEL, "Another name");
        require(vm.getRecordedLogs().length == 0, "an event");
        require(organisations.organisations().length == 2, "listed twice");
    }

    function test_AnIdIsOneTo31CharactersOfItsAlphabet() external {
        organisations.admit("a", "");
        organisations.admit("AZaz09._-", "");
        organisations.admit("0123456789012345678901234567890", "");

        _refuse(0);
        _refuse("01234567890123456789012345678901");
        _refuse(bytes32("a") >> 8);
        _refuse(bytes32("hotel") | (bytes32("x") >> 56));
        _refuse(bytes32("hotel") | bytes32(uint256(1)));
    }

    function test_AnIdHasNoOtherCharacterAnywhere() external {
        bytes memory allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
        for (uint256 character = 1; character < 256; ++character) {
            bool fine = false;
            for (uint256 i = 0; i < allowed.length; ++i) if (uint8(allowed[i]) == character) fine = true;
            for (uint256 place = 0; place < 31; place += 5) {
                bytes memory id = bytes("0123456789012345678901234567890");
                id[place] = bytes1(uint8(character));
                if (fine) organisations.admit(bytes32(id), "");
                else _refuse(bytes32(id));
            }
        }
    }

    function test_AKeySpeaksFromItsGrantingToItsRevoking() external {
        require(organisations.organisationOf(KEY) == 0, "before");

        vm.expectEmit(address(organisations));
        emit IOrganisations.SignerGranted(HOTEL, KEY);
        organisations.grantSigner(HOTEL, KEY);
        require(organisations.organisationOf(KEY) == HOTEL, "granted");

        vm.expectEmit(address(organisations));
        emit IOrganisations.SignerRevoked(HOTEL, KEY);
        organisations.revokeSigner(KEY);
        require(organisations.organisationOf(KEY) == 0, "revoked");
    }

    function test_AKeyThatWasEndedNeverSpeaksAgain() external {
        require(!organisations.hasEnded(KEY), "before");
        organisations.grantSigner(HOTEL, KEY);
        require(!organisations.hasEnded(KEY), "speaks");
        organisations.revokeSigner(KEY);
        require(organisations.hasEnded(KEY), "ended");

        vm.expectRevert(abi.encodeWithSelector(IOrganisations.OrganisationsSignerEnded.selector, KEY));
        organisations.grantSigner(HOTEL, KEY);
        require(organisations.organisationOf(KEY) == 0, "speaks again");
    }

    function test_GrantingAgainChangesAndSaysNothing() external {
        organisations.grantSigner(HOTEL, KEY);
        vm.recordLogs();
        organisations.grantSigner(HOTEL, KEY);
        require(vm.getRecordedLogs().length == 0, "an event");
        require(organisations.organisationOf(KEY) == HOTEL, "changed");
    }

    function test_AnOrganisationMayHaveSeveralKeys() external {
        organisations.grantSigner(HOTEL, KEY);
        organisations.grantSigner(HOTEL, STRANGER);
        require(organisations.signersOf(HOTEL).length == 2, "both");
        organisations.revokeSigner(KEY);
        require(organisations.organisationOf(STRANGER) == HOTEL, "the other goes on");
        address[] memory left = organisations.signersOf(HOTEL);
        require(left.length == 1 && left[0] == STRANGER, "the other alone");
    }

    function test_AKeyNeverChangesSides() external {
        organisations.grantSigner(HOTEL, KEY);
        bytes memory taken = abi.encodeWithSelector(IOrganisations.OrganisationsSignerTaken.selector, KEY, HOTEL);
        vm.expectRevert(taken);
        organisations.grantSigner(PARK, KEY);

        organisations.revokeSigner(KEY);
        vm.expectRevert(taken);
        organisations.grantSigner(PARK, KEY);
        require(organisations.organisationOf(KEY) == 0, "speaks");
    }

    function test_OnlyAdmittedOrganisationsHaveKeys() external {
        vm.expectRevert(abi.encodeWithSelector(IOrganisations.OrganisationsUnknown.selector, MUSEUM));
        organisations.grantSigner(MUSEUM, KEY);
    }

    function test_OnlyAKeyThatSpeaksIsRevoked() external {
        bytes memory unknown = abi.encodeWithSelector(IOrganisations.OrganisationsSignerUnknown.selector, KEY);
        vm.expectRevert(unknown);
        organisations.revokeSigner(KEY);

        organisations.grantSigner(HOTEL, KEY);
        organisations.revokeSigner(KEY);
        vm.expectRevert(unknown);
        organisations.revokeSigner(KEY);
    }

    function test_OnlyTheAdministratorChangesWhoSpeaksForWhom() external {
        address signer = _join(HOTEL, "hotel's key");
        address[2] memory others = [STRANGER, signer];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory no = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]);
            vm.expectRevert(no);
            vm.prank(others[i]);
            organisations.admit(MUSEUM, "Museum");
            vm.expectRevert(no);
            vm.prank(others[i]);
            organisations.grantSigner(HOTEL, KEY);
            vm.expectRevert(no);
            vm.prank(others[i]);
            organisations.revokeSigner(signer);
        }
        require(organisations.organisationOf(signer) == HOTEL && !organisations.isAdmitted(MUSEUM), "changed");
    }

    function _refuse(bytes32 id) private {
        vm.expectRevert(abi.encodeWithSelector(IOrganisations.OrganisationsIdInvalid.selector, id));
        organisations.admit(id, "");
    }
}
