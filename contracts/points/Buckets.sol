// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The arithmetic of points by age: eight buckets of 28 bits in the lower 224 bits of a word, bucket 0 the
/// newest.
/// @dev Written out with divisions by constants, without loops and bit operations, so that SMTChecker can prove it
/// (BucketsProofs.sol) and the optimizer makes shifts and masks of it. Nothing here can overflow: that is proved too.
library Buckets {
    uint256 internal constant SIZE = 2 ** 28;
    uint256 internal constant UNIT_1 = 2 ** 28;
    uint256 internal constant UNIT_2 = 2 ** 56;
    uint256 internal constant UNIT_3 = 2 ** 84;
    uint256 internal constant UNIT_4 = 2 ** 112;
    uint256 internal constant UNIT_5 = 2 ** 140;
    uint256 internal constant UNIT_6 = 2 ** 168;
    uint256 internal constant UNIT_7 = 2 ** 196;
    uint256 internal constant END = 2 ** 224;

    /// @notice All points in `buckets`.
    function sum(uint256 buckets) internal pure returns (uint256 points) {
        unchecked {
            points = buckets / UNIT_7;
            buckets %= UNIT_7;
            points += buckets / UNIT_6;
            buckets %= UNIT_6;
            points += buckets / UNIT_5;
            buckets %= UNIT_5;
            points += buckets / UNIT_4;
            buckets %= UNIT_4;
            points += buckets / UNIT_3;
            buckets %= UNIT_3;
            points += buckets / UNIT_2;
            buckets %= UNIT_2;
            points += buckets / UNIT_1;
            buckets %= UNIT_1;
            points += buckets;
        }
    }

    /// @notice Adds `points` to the newest bucket; `fits` is false when it cannot hold them.
    function earn(uint256 buckets, uint256 points) internal pure returns (uint256 more, bool fits) {
        unchecked {
            if ((buckets % SIZE) + points >= SIZE) return (buckets, false);
            return (buckets + points, true);
        }
    }

    /// @notice Takes `points` out, the oldest first; `missing` of them were not there.
    function spend(uint256 buckets, uint256 points) internal pure returns (uint256 left, uint256 missing) {
        unchecked {
            if (buckets >= UNIT_4) {
                if (points <= buckets / UNIT_7) return (buckets - points * UNIT_7, 0);
                points -= buckets / UNIT_7;
                buckets %= UNIT_7;
                if (points <= buckets / UNIT_6) return (buckets - points * UNIT_6, 0);
                points -= buckets / UNIT_6;
                buckets %= UNIT_6;
                if (points <= buckets / UNIT_5) return (buckets - points * UNIT_5, 0);
                points -= buckets / UNIT_5;
                buckets %= UNIT_5;
                if (points <= buckets / UNIT_4) return (buckets - points * UNIT_4, 0);
                points -= buckets / UNIT_4;
                buckets %= UNIT_4;
            }
            if (buckets >= UNIT_2) {
                if (points <= buckets / UNIT_3) return (buckets - points * UNIT_3, 0);
                points -= buckets / UNIT_3;
                buckets %= UNIT_3;
                if (points <= buckets / UNIT_2) return (buckets - points * UNIT_2, 0);
                points -= buckets / UNIT_2;
                buckets %= UNIT_2;
            }
            if (points <= buckets / UNIT_1) return (buckets - points * UNIT_1, 0);
            points -= buckets / UNIT_1;
            buckets %= UNIT_1;
            if (points <= buckets) return (buckets - points, 0);
            return (0, points - buckets);
        }
    }

    /// @notice Takes `points` out, the newest first; `missing` of them were not there.
    function takeBack(uint256 buckets, uint256 points) internal pure returns (uint256 left, uint256 missing) {
        unchecked {
            uint256 bucket = buckets % SIZE;
            if (points <= bucket) return (buckets - points, 0);
            points -= bucket;
            buckets -= bucket;
            bucket = (buckets / UNIT_1) % SIZE;
            if (points <= bucket) return (buckets - points * UNIT_1, 0);
            points -= bucket;
            buckets -= bucket * UNIT_1;
            bucket = (buckets / UNIT_2) % SIZE;
            if (points <= bucket) return (buckets - points * UNIT_2, 0);
            points -= bucket;
            buckets -= bucket * UNIT_2;
            bucket = (buckets / UNIT_3) % SIZE;
            if (points <= bucket) return (buckets - points * UNIT_3, 0);
            points -= bucket;
            buckets -= bucket * UNIT_3;
            bucket = (buckets / UNIT_4) % SIZE;
            if (points <= bucket) return (buckets - points * UNIT_4, 0);
            points -= bucket;
            buckets -= bucket * UNIT_4;
            bucket = (buckets / UNIT_5) % SIZE;
            if (points <= bucket) return (buckets - points * UNIT_5, 0);
            points -= bucket;
            buckets -= bucket * UNIT_5;
            bucket = (buckets / UNIT_6) % SIZE;
            if (points <= bucket) return (buckets - points * UNIT_6, 0);
            points -= bucket;
            buckets -= bucket * UNIT_6;
            bucket = buckets / UNIT_7;
            if (points <= bucket) return (buckets - points * UNIT_7, 0);
            return (0, points - bucket);
        }
    }

    /// @notice Lets `periods` pass: what was in as many of the oldest of the eight buckets drops out.
    function age(uint256 buckets, uint256 periods) internal pure returns (uint256 aged, uint256 dropped) {
        unchecked {
            if (periods >= 8) {
                dropped = sum(buckets);
            } else {
                aged = buckets;
                if (periods >= 4) {
                    periods -= 4;
                    if (aged >= UNIT_4) dropped = sum(aged / UNIT_4);
                    aged = (aged % UNIT_4) * UNIT_4;
                }
                if (periods >= 2) {
                    periods -= 2;
                    dropped += aged / UNIT_7 + ((aged / UNIT_6) % SIZE);
                    aged = (aged % UNIT_6) * UNIT_2;
                }
                if (periods != 0) {
                    dropped += aged / UNIT_7;
                    aged = (aged % UNIT_7) * UNIT_1;
                }
            }
        }
    }

    /// @notice Drops all but the `count` newest buckets, 4 to 7.
    function trim(uint256 buckets, uint256 count) internal pure returns (uint256 kept, uint256 dropped) {
        unchecked {
            uint256 old;
            if (count == 7) (kept, old) = (buckets % UNIT_7, buckets / UNIT_7);
            else if (count == 6) (kept, old) = (buckets % UNIT_6, buckets / UNIT_6);
            else if (count == 5) (kept, old) = (buckets % UNIT_5, buckets / UNIT_5);
            else (kept, old) = (buckets % UNIT_4, buckets / UNIT_4);
            if (old != 0) dropped = sum(old);
        }
    }
}
