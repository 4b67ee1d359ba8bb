// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IOperationEnvelope} from "../../../contracts/core/IOperationEnvelope.sol";
import {Organisations} from "../../../contracts/core/Organisations.sol";
import {SampleLedger} from "./SampleLedger.sol";

/// @notice A book with the sample ledger, administered by the test itself.
abstract contract SampleBook {
    bytes32 internal constant HOTEL = "hotel";
    bytes32 internal constant PARK = "park";
    uint8 internal constant WRITE = 1;
    uint8 internal constant REFUSE = 2;
    uint8 internal constant SEAL = 3;
    uint64 internal constant WRITER = 11;
    uint64 internal constant SEALER = 12;
    uint64 internal constant SIGNER = 13;

    AccessManager internal authority;
    Organisations internal organisations;
    SampleLedger internal ledger;

    function setUp() public virtual {
        authority = new AccessManager(address(this));
        organisations = new Organisations(address(authority));
        ledger = new SampleLedger(address(authority), address(organisations));

        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IOperationEnvelope.submit.selector;
        authority.setTargetFunctionRole(address(ledger), selectors, SIGNER);
        organisations.admit(HOTEL, "Hotel");
        organisations.admit(PARK, "Park");
    }

    /// @notice Lets a new key speak for `organisation` and write, not seal.
    function _join(bytes32 organisation, string memory name) internal returns (address signer) {
        signer = address(uint160(uint256(keccak256(bytes(name)))));
        organisations.grantSigner(organisation, signer);
        authority.grantRole(SIGNER, signer, 0);
        authority.grantRole(WRITER, signer, 0);
    }

    function _entry(uint8 kind, bytes16 operation, bytes memory body) internal pure returns (bytes memory) {
        return abi.encodePacked(kind, operation, uint16(body.length), body);
    }

    function _write(bytes16 operation) internal pure returns (bytes memory) {
        return _entry(WRITE, operation, abi.encode(keccak256(abi.encode(operation))));
    }
}
