// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IOperationEnvelope} from "../../../contracts/core/IOperationEnvelope.sol";
import {NaiveTree} from "./NaiveTree.sol";
import {SampleBook} from "./SampleBook.sol";
import {SampleLedger} from "./SampleLedger.sol";
import {vm} from "./Vm.sol";

contract OperationEnvelopeTest is SampleBook {
    bytes16 private constant FIRST = "first";
    bytes16 private constant SECOND = "second";
    bytes16 private constant THIRD = "third";

    address private hotel;
    address private park;

    function setUp() public override {
        super.setUp();
        hotel = _join(HOTEL, "hotel's key");
        park = _join(PARK, "park's key");
    }

    function test_AnEmptyBatchIsNumberedAndChangesNothing() external {
        _expectBatch(HOTEL, 1, 0, 0, 0);
        _submit(hotel, "");
        require(ledger.batchCount(HOTEL) == 1 && ledger.rootOf(HOTEL, 1) == 0, "state");
        require(ledger.written().length == 0, "written");
    }

    function test_EachOrganisationHasANumberingOfItsOwn() external {
        address second = _join(HOTEL, "hotel's second key");
        _submit(hotel, _write(FIRST));
        _submit(park, "");
        _submit(second, "");
        require(ledger.batchCount(HOTEL) == 2 && ledger.batchCount(PARK) == 1, "numbers");
        require(ledger.rootOf(HOTEL, 1) != 0 && ledger.rootOf(PARK, 1) == 0, "roots");
    }

    function test_OneAppliedOperationIsItsBatchsRoot() external {
        bytes32 root = _leaf(1, 0, WRITE, FIRST);
        _expectBatch(HOTEL, 1, root, 1, 0);
        _submit(hotel, _write(FIRST));
        require(ledger.rootOf(HOTEL, 1) == root, "stored");
    }

    function test_ARejectedOperationLeavesNothingButItsEvent() external {
        bytes memory refused = _entry(REFUSE, SECOND, abi.encode(1));
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = _leaf(1, 0, WRITE, FIRST);
        leaves[1] = _leaf(1, 1, WRITE, THIRD);

        _expectRejected(SECOND, abi.encodeWithSelector(SampleLedger.SampleRefused.selector, SECOND));
        _expectBatch(HOTEL, 1, NaiveTree.root(leaves), 2, 1);
        _submit(hotel, bytes.concat(_write(FIRST), refused, _write(THIRD)));

        bytes32[] memory written = ledger.written();
        require(written.length == 2 && written[0] == _word(FIRST) && written[1] == _word(THIRD), "written");
    }

    function test_ABatchThatRejectsAllHasNoRoot() external {
        _expectRejected(FIRST, abi.encodeWithSelector(SampleLedger.SampleRefused.selector, FIRST));
        _expectBatch(HOTEL, 1, 0, 0, 1);
        _submit(hotel, _entry(REFUSE, FIRST, abi.encode(1)));
        require(ledger.rootOf(HOTEL, 1) == 0, "root");
    }

    function test_AVoidEntryOnlyRejects() external {
        for (uint256 length = 0; length < 40; length += 13) {
            _expectRejected(FIRST, abi.encodeWithSelector(IOperationEnvelope.OperationVoid.selector));
            _submit(hotel, _entry(0, FIRST, new bytes(length)));
        }
    }

    function test_EveryOtherKindIsUnknown() external {
        for (uint256 kind = SEAL + 1; kind < 256; ++kind) {
            _expectRejected(
                FIRST,
                abi.encodeWithSelector(IOperationEnvelope.OperationKindUnknown.selector, uint8(kind))
            );
            _submit(hotel, _entry(uint8(kind), FIRST, abi.encode(1)));
        }
    }

    function test_ABodyThatItsKindCannotReadIsRejected() external {
        uint16[4] memory lengths = [0, 31, 33, 65_535];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes4 malformed = IOperationEnvelope.OperationBodyMalformed.selector;
            _expectRejected(FIRST, abi.encodeWithSelector(malformed, WRITE, uint256(lengths[i])));
            _submit(hotel, _entry(WRITE, FIRST, new bytes(lengths[i])));
        }
    }

    function test_AMissingRoleRejectsWhatNeedsItAndNothingElse() external {
        bytes memory sealing = _entry(SEAL, SECOND, abi.encode(_word(SECOND)));
        bytes memory missing = abi.encodeWithSelector(
            IOperationEnvelope.OperationRoleMissing.selector,
            HOTEL,
            uint64(SEALER)
        );
        _expectRejected(SECOND, missing);
        _submit(hotel, bytes.concat(sealing, _write(FIRST)));
        require(ledger.written().length == 1, "its neighbour");

        authority.grantRole(SEALER, hotel, 0);
        _expectBatch(HOTEL, 2, _leaf(2, 0, SEAL, SECOND), 1, 0);
        _submit(hotel, sealing);

        authority.revokeRole(WRITER, hotel);
        _expectRejected(
            FIRST,
            abi.encodeWithSelector(IOperationEnvelope.OperationRoleMissing.selector, HOTEL, uint64(WRITER))
        );
        _submit(hotel, bytes.concat(_write(FIRST), sealing));
        require(ledger.written().length == 3, "the other role goes on");
    }

    function test_TheContractHoldsNoOperationIds() external {
        _expectBatch(HOTEL, 1, NaiveTree.root(_twice()), 2, 0);
        _submit(hotel, bytes.concat(_write(FIRST), _write(FIRST)));
        require(ledger.written().length == 2, "the same id twice");
    }

    function test_ABatchOfAKeyThatSpeaksForNobodyReverts() external {
        address stranger = address(0xb2);
        authority.grantRole(SIGNER, stranger, 0);
        _expectUnknown(stranger);
        _submit(stranger, _write(FIRST));
    }

    function test_ABatchOfARevokedKeyReverts() external {
        _submit(hotel, "");
        organisations.revokeSigner(hotel);
        _expectUnknown(hotel);
        _submit(hotel, "");
        require(ledger.batchCount(HOTEL) == 1, "numbered");
    }

    function test_ABatchOfAKeyThatMayNotSubmitReverts() external {
        authority.revokeRole(SIGNER, hotel);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, hotel));
        _submit(hotel, "");
        require(ledger.batchCount(HOTEL) == 0, "numbered");
    }

    /// @dev A batch of three, cut at every byte.
    function test_FramingThatDoesNotAddUpRevertsTheBatch() external {
        bytes memory whole = bytes.concat(_write(FIRST), _entry(REFUSE, SECOND, ""), _write(THIRD));
        uint256 number = 0;
        for (uint256 length = 0; length <= whole.length; ++length) {
            bool complete = length == 0 || length == 51 || length == 70 || length == 121;
            uint256 offset =
                length < 51
                    ? 0
                    : length < 70
                        ? 51
                        : 70;
            if (complete) ++number;
            else {
                vm.expectRevert(abi.encodeWithSelector(IOperationEnvelope.OperationEnvelopeMalformed.selector, offset));
            }
            _submit(hotel, _cut(whole, length));
            require(ledger.batchCount(HOTEL) == number, "number");
        }
        require(number == 4 && ledger.written().length == 4, "the complete ones");
    }

    function test_ALengthBeyondTheBatchReverts() external {
        vm.expectRevert(abi.encodeWithSelector(IOperationEnvelope.OperationEnvelopeMalformed.selector, 51));
        _submit(hotel, bytes.concat(_write(FIRST), abi.encodePacked(WRITE, SECOND, uint16(65_535), _word(SECOND))));
    }

    function _twice() private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](2);
        for (uint256 i = 0; i < 2; ++i) leaves[i] = _leaf(1, i, WRITE, FIRST);
    }

    function _leaf(uint64 batch, uint256 index, uint8 kind, bytes16 operation) private pure returns (bytes32) {
        return NaiveTree.leaf(HOTEL, batch, index, kind, operation, _word(operation));
    }

    function _word(bytes16 operation) private pure returns (bytes32) {
        return keccak256(abi.encode(operation));
    }

    function _cut(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) part[i] = whole[i];
    }

    function _submit(address signer, bytes memory batch) private {
        vm.prank(signer);
        ledger.submit(batch);
    }

    function _expectRejected(bytes16 operation, bytes memory reason) private {
        vm.expectEmit(address(ledger));
        emit IOperationEnvelope.OperationRejected(operation, reason);
    }

    function _expectBatch(bytes32 organisation, uint64 batch, bytes32 root, uint32 applied, uint32 rejected) private {
        vm.expectEmit(address(ledger));
        emit IOperationEnvelope.BatchApplied(organisation, batch, root, applied, rejected);
    }

    function _expectUnknown(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(IOperationEnvelope.OperationEnvelopeSignerUnknown.selector, signer));
    }
}
