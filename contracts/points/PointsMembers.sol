// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Account, AccountLibrary} from "./Account.sol";
import {PointsBooks} from "./PointsBooks.sol";

/// @notice The members and their accounts: enrol, freeze, unfreeze.
abstract contract PointsMembers is PointsBooks {
    struct Member {
        Account account;
    }

    /// @dev The lower half of every member's slot.
    bytes32 private constant MEMBERS = keccak256("points:members") >> 128;

    function accounts(bytes16[] calldata members) external view returns (uint256[] memory words) {
        words = new uint256[](members.length);
        for (uint256 i = 0; i < members.length; ++i) words[i] = Account.unwrap(_member(members[i]).account);
    }

    function balanceOf(bytes16 member) external view returns (uint256) {
        (Account account, ) = _member(member).account.advance(_period(), periods);
        return account.live();
    }

    function _enrol(Session memory session, bytes16 operation) internal returns (bytes memory reason) {
        Member storage member = _member(operation);
        if (member.account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberExists.selector, operation);
        Account account = AccountLibrary.enrol(session.period);

        member.account = account;

        emit MemberEnrolled(operation, Account.unwrap(account));
    }

    function _freeze(bytes16 operation, bytes16 id) internal returns (bytes memory reason) {
        Member storage member = _member(id);
        Account account = member.account;
        if (!account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberUnknown.selector, id);
        account = account.freeze();

        member.account = account;

        emit MemberFrozen(operation, id, Account.unwrap(account));
    }

    function _unfreeze(bytes16 operation, bytes16 id) internal returns (bytes memory reason) {
        Member storage member = _member(id);
        Account account = member.account;
        if (!account.isEnrolled()) return abi.encodeWithSelector(PointsLedgerMemberUnknown.selector, id);
        account = account.unfreeze();

        member.account = account;

        emit MemberUnfrozen(operation, id, Account.unwrap(account));
    }

    /// @dev A member's slot is its id and then sixteen fixed bytes: no other variable lies there, and no hashed slot
    /// ends in those bytes but by a chance of 1 in 2^128. A mapping would hash for 55 gas more an operation.
    function _member(bytes16 id) internal pure returns (Member storage member) {
        bytes32 slot = bytes32(id) | MEMBERS;
        assembly ("memory-safe") {
            member.slot := slot
        }
    }

    function _drop(Session memory session, bytes16 id, uint256 dropped) internal {
        unchecked {
            session.dropped += dropped;
        }
        emit PointsExpired(id, dropped);
    }
}
