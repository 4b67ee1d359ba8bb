// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Buckets} from "./Buckets.sol";

/// @notice A member's account as it is stored: eight buckets, the period of bucket 0, frozen, enrolled.
type Account is uint256;

using AccountLibrary for Account global;

library AccountLibrary {
    uint256 private constant PERIOD_UNIT = Buckets.END;
    uint256 private constant PERIOD_END = 2 ** 30;
    uint256 private constant FROZEN = 2 ** 254;
    uint256 private constant ENROLLED = 2 ** 255;

    function enrol(uint256 period) internal pure returns (Account) {
        return Account.wrap(ENROLLED + period * PERIOD_UNIT);
    }

    function isEnrolled(Account account) internal pure returns (bool) {
        return Account.unwrap(account) & ENROLLED != 0;
    }

    function isFrozen(Account account) internal pure returns (bool) {
        return Account.unwrap(account) & FROZEN != 0;
    }

    function freeze(Account account) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) | FROZEN);
    }

    function unfreeze(Account account) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) & ~FROZEN);
    }

    /// @notice Whether an account can be brought to `period` at all.
    function canHold(uint256 period) internal pure returns (bool) {
        return period < PERIOD_END;
    }

    /// @notice The account as it stands in `period`, not before its own.
    function advance(
        Account account,
        uint256 period,
        uint256 periods
    ) internal pure returns (Account advanced, uint256 dropped) {
        uint256 word = Account.unwrap(account);
        uint256 passed = period - ((word / PERIOD_UNIT) % PERIOD_END);
        if (passed == 0) return (account, 0);
        uint256 buckets = word % Buckets.END;
        uint256 aged;
        (aged, dropped) = Buckets.age(buckets, passed, periods);
        advanced = Account.wrap(word - buckets + aged + passed * PERIOD_UNIT);
    }

    /// @notice What an advanced account can spend.
    function live(Account account) internal pure returns (uint256) {
        return Buckets.sum(Account.unwrap(account) % Buckets.END);
    }

    function earn(Account account, uint256 points) internal pure returns (Account, bool fits) {
        uint256 word = Account.unwrap(account);
        (word, fits) = Buckets.earn(word, points);
        return (Account.wrap(word), fits);
    }

    function spend(Account account, uint256 points) internal pure returns (Account, uint256 missing) {
        uint256 word = Account.unwrap(account);
        uint256 buckets = word % Buckets.END;
        uint256 left;
        (left, missing) = Buckets.spend(buckets, points);
        return (Account.wrap(word - buckets + left), missing);
    }

    function takeBack(Account account, uint256 points) internal pure returns (Account, uint256 missing) {
        uint256 word = Account.unwrap(account);
        uint256 buckets = word % Buckets.END;
        uint256 left;
        (left, missing) = Buckets.takeBack(buckets, points);
        return (Account.wrap(word - buckets + left), missing);
    }
}
