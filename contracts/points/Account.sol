// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Buckets} from "./Buckets.sol";

/// @notice A member's account as it is stored: eight buckets, the period of bucket 0, frozen, enrolled.
type Account is uint256;

using AccountLibrary for Account global;

library AccountLibrary {
    uint256 internal constant LAST_PERIOD = 2 ** 30 - 1;
    uint256 private constant PERIOD_UNIT = Buckets.END;
    uint256 private constant FROZEN = 2 ** 254;
    uint256 private constant ENROLLED = 2 ** 255;

    function enrol(uint256 period_) internal pure returns (Account) {
        return Account.wrap(ENROLLED | (period_ * PERIOD_UNIT));
    }

    function isEnrolled(Account account) internal pure returns (bool) {
        return Account.unwrap(account) & ENROLLED != 0;
    }

    /// @notice Enrolled and not frozen.
    function isActive(Account account) internal pure returns (bool) {
        return Account.unwrap(account) / FROZEN == ENROLLED / FROZEN;
    }

    function freeze(Account account) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) | FROZEN);
    }

    function unfreeze(Account account) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) & ~FROZEN);
    }

    /// @notice The period of bucket 0.
    function period(Account account) internal pure returns (uint256) {
        return (Account.unwrap(account) / PERIOD_UNIT) % (LAST_PERIOD + 1);
    }

    /// @notice The account as it stands in `period_`, which is not before its own nor after `LAST_PERIOD`.
    /// @param lifetime for how many periods points live
    function advance(
        Account account,
        uint256 period_,
        uint256 lifetime
    ) internal pure returns (Account advanced, uint256 dropped) {
        unchecked {
            (uint256 rest, uint256 buckets) = _split(account);
            uint256 passed = period_ - account.period();
            (buckets, dropped) = Buckets.age(buckets, passed);
            if (lifetime != 8) {
                uint256 trimmed;
                (buckets, trimmed) = Buckets.trim(buckets, lifetime);
                dropped += trimmed;
            }
            advanced = _join(rest + passed * PERIOD_UNIT, buckets);
        }
    }

    /// @notice What an advanced account can spend.
    function live(Account account) internal pure returns (uint256) {
        (, uint256 buckets) = _split(account);
        return Buckets.sum(buckets);
    }

    function earn(Account account, uint256 points) internal pure returns (Account, bool fits) {
        (uint256 rest, uint256 buckets) = _split(account);
        (buckets, fits) = Buckets.earn(buckets, points);
        return (_join(rest, buckets), fits);
    }

    function spend(Account account, uint256 points) internal pure returns (Account, uint256 missing) {
        (uint256 rest, uint256 buckets) = _split(account);
        (buckets, missing) = Buckets.spend(buckets, points);
        return (_join(rest, buckets), missing);
    }

    function takeBack(Account account, uint256 points) internal pure returns (Account, uint256 missing) {
        (uint256 rest, uint256 buckets) = _split(account);
        (buckets, missing) = Buckets.takeBack(buckets, points);
        return (_join(rest, buckets), missing);
    }

    function _split(Account account) private pure returns (uint256 rest, uint256 buckets) {
        unchecked {
            buckets = Account.unwrap(account) % Buckets.END;
            rest = Account.unwrap(account) - buckets;
        }
    }

    function _join(uint256 rest, uint256 buckets) private pure returns (Account) {
        unchecked {
            return Account.wrap(rest + buckets);
        }
    }
}
