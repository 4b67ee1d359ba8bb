// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOperationEnvelope} from "../../../contracts/core/IOperationEnvelope.sol";
import {NaiveTree} from "./NaiveTree.sol";
import {SampleBook} from "./SampleBook.sol";
import {Log, vm} from "./Vm.sol";

/// @notice The laws of contracts/core/README.md that are the contracts' own, under their numbers: random walks of
/// granting, revoking and submitting, beside a naive book of who may do what, compared after every step.
contract CoreLawsTest is SampleBook {
    using NaiveTree for bytes32[];

    uint256 private constant STEPS = 40;
    bytes32 private constant MUSEUM = "museum";

    address[] private keys;
    mapping(address key => bytes32) private sideOf;
    mapping(address key => bool) private speaks;
    mapping(bytes32 organisation => bool) private admitted;
    mapping(bytes32 organisation => bytes32[]) private rootsOf;
    bytes32[] private leaves;
    bytes32[] private words;
    uint256 private random;

    function setUp() public override {
        super.setUp();
        admitted[HOTEL] = true;
        admitted[PARK] = true;
        for (uint160 i = 1; i <= 8; ++i) {
            keys.push(address(0xabc000 + i));
            authority.grantRole(SIGNER, keys[i - 1], 0);
            authority.grantRole(WRITER, keys[i - 1], 0);
        }
    }

    function testFuzz_core2_AKeySpeaksForOneOrganisationFromItsGrantingToItsRevoking(uint256 seed) external {
        _walk(seed, _checkKeys);
    }

    function testFuzz_core3_ABatchCameFromAKeyThatSpokeForItsOrganisationAtThatMoment(uint256 seed) external {
        _walk(seed, _checkNothing); // each batch is checked as it is sent
    }

    function testFuzz_core4_AnOrganisationsBatchesAreNumberedFrom1WithoutGaps(uint256 seed) external {
        _walk(seed, _checkNumbers);
    }

    function testFuzz_core5_ABatchsRootIsTheMerkleRootOverWhatItApplied(uint256 seed) external {
        _walk(seed, _checkRoots);
    }

    function testFuzz_ARejectedOperationLeavesNothingButItsEvent(uint256 seed) external {
        _walk(seed, _checkWords);
    }

    function _walk(uint256 seed, function() internal view check) private {
        random = seed;
        for (uint256 step = 0; step < STEPS; ++step) {
            uint256 action = _below(8);
            if (action == 0) _admit(_organisation());
            else if (action <= 2) _grant(_organisation(), _key());
            else if (action == 3) _revoke(_key());
            else _submit(_key());
            check();
        }
    }

    function _admit(bytes32 organisation) private {
        organisations.admit(organisation, "");
        admitted[organisation] = true;
    }

    function _grant(bytes32 organisation, address key) private {
        bool isNewOrSpeaks = sideOf[key] == 0 || (sideOf[key] == organisation && speaks[key]);
        bool allowed = admitted[organisation] && isNewOrSpeaks;
        try organisations.grantSigner(organisation, key) {
            require(allowed, "core 2: granted");
            sideOf[key] = organisation;
            speaks[key] = true;
        } catch {
            require(!allowed, "core 2: not granted");
        }
    }

    function _revoke(address key) private {
        try organisations.revokeSigner(key) {
            require(speaks[key], "core 2: revoked");
            speaks[key] = false;
        } catch {
            require(!speaks[key], "core 2: not revoked");
        }
    }

    function _submit(address key) private {
        bytes32 organisation = sideOf[key];
        uint64 number = uint64(rootsOf[organisation].length + 1);
        delete leaves;
        uint256 wordsBefore = words.length;
        bytes memory batch = _batch(organisation, number, _below(8));
        bytes32 root = leaves.root();

        vm.recordLogs();
        vm.prank(key);
        try ledger.submit(batch) {
            require(speaks[key], "core 3: of a key that speaks for nobody");
            rootsOf[organisation].push(root);
            Log[] memory logs = vm.getRecordedLogs();
            bytes32[] memory topics = logs[logs.length - 1].topics;
            require(topics[0] == IOperationEnvelope.BatchApplied.selector, "core 3: the last event");
            require(topics[1] == organisation, "core 3: of another organisation");
            require(topics[2] == bytes32(uint256(number)), "core 4: of another number");
            require(abi.decode(logs[logs.length - 1].data, (bytes32)) == root, "core 5: of another root");
        } catch {
            require(!speaks[key], "core 3: refused");
            while (words.length > wordsBefore) words.pop();
        }
    }

    /// @dev Random entries: what should be applied becomes a leaf and a word.
    function _batch(bytes32 organisation, uint64 number, uint256 size) private returns (bytes memory batch) {
        for (uint256 i = 0; i < size; ++i) {
            bytes16 operation = bytes16(_next());
            bytes32 word = _next();
            uint8 kind = _below(3) == 0 ? uint8(_below(6)) : WRITE;
            bytes memory body = _below(8) == 0 ? new bytes(_below(64)) : abi.encode(word);
            batch = bytes.concat(batch, _entry(kind, operation, body));
            if (kind != WRITE || body.length != 32) continue;
            words.push(bytes32(body));
            leaves.push(NaiveTree.leaf(organisation, number, leaves.length, kind, operation, bytes32(body)));
        }
    }

    function _checkNothing() private view {}

    function _checkKeys() private view {
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes32 side = speaks[keys[i]] ? sideOf[keys[i]] : bytes32(0);
            require(organisations.organisationOf(keys[i]) == side, "core 2");
            require(organisations.hasEnded(keys[i]) == (sideOf[keys[i]] != 0 && !speaks[keys[i]]), "core 2: ended");
        }
        bytes32[3] memory sides = [HOTEL, PARK, MUSEUM];
        for (uint256 i = 0; i < sides.length; ++i) {
            address[] memory signers = organisations.signersOf(sides[i]);
            uint256 counted = 0;
            for (uint256 k = 0; k < keys.length; ++k) if (speaks[keys[k]] && sideOf[keys[k]] == sides[i]) ++counted;
            require(signers.length == counted, "core 2: how many speak");
            for (uint256 k = 0; k < signers.length; ++k) {
                require(organisations.organisationOf(signers[k]) == sides[i], "core 2: who speaks");
            }
        }
    }

    function _checkNumbers() private view {
        bytes32[3] memory all = [HOTEL, PARK, MUSEUM];
        for (uint256 i = 0; i < 3; ++i) require(ledger.batchCount(all[i]) == rootsOf[all[i]].length, "core 4");
    }

    function _checkRoots() private view {
        bytes32[3] memory all = [HOTEL, PARK, MUSEUM];
        for (uint256 i = 0; i < 3; ++i) {
            bytes32[] memory roots = rootsOf[all[i]];
            for (uint64 number = 1; number <= roots.length; ++number) {
                require(ledger.rootOf(all[i], number) == roots[number - 1], "core 5");
            }
            require(ledger.rootOf(all[i], uint64(roots.length + 1)) == 0, "core 5: of a batch that was not");
        }
    }

    function _checkWords() private view {
        require(keccak256(abi.encode(ledger.written())) == keccak256(abi.encode(words)), "a trace");
    }

    function _organisation() private returns (bytes32) {
        uint256 which = _below(5);
        return
            which < 2
                ? HOTEL
                : which < 4
                    ? PARK
                    : MUSEUM;
    }

    function _key() private returns (address) {
        return keys[_below(keys.length)];
    }

    function _below(uint256 end) private returns (uint256) {
        return uint256(_next()) % end;
    }

    function _next() private returns (bytes32) {
        random = uint256(keccak256(abi.encode(random)));
        return bytes32(random);
    }
}
