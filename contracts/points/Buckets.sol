// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The arithmetic of points by age: eight buckets of 28 bits in the lower 224 bits of a word, bucket 0 the
/// newest. A bucket's unit is the place value of one point in it.
/// @dev Written with divisions and without loops and bit operations, so that SMTChecker can prove the steps at the end
/// (scripts/points/proofs.ts) and the optimizer makes shifts and masks of them. Nothing overflows: the steps say why.
library Buckets {
    uint256 internal constant SIZE = 2 ** 28;
    uint256 internal constant UNIT_0 = 1;
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
            points = oldest(buckets, UNIT_7);
            buckets = younger(buckets, UNIT_7);
            points += oldest(buckets, UNIT_6);
            buckets = younger(buckets, UNIT_6);
            points += oldest(buckets, UNIT_5);
            buckets = younger(buckets, UNIT_5);
            points += oldest(buckets, UNIT_4);
            buckets = younger(buckets, UNIT_4);
            points += oldest(buckets, UNIT_3);
            buckets = younger(buckets, UNIT_3);
            points += oldest(buckets, UNIT_2);
            buckets = younger(buckets, UNIT_2);
            points += oldest(buckets, UNIT_1);
            buckets = younger(buckets, UNIT_1);
            points += buckets;
        }
    }

    /// @notice Adds `points` to the newest bucket; `fits` is false when it cannot hold them.
    function earn(uint256 buckets, uint256 points) internal pure returns (uint256 more, bool fits) {
        unchecked {
            fits = newest(buckets, UNIT_0) + points < SIZE;
            more = fits ? buckets + points : buckets;
        }
    }

    /// @notice Takes `points` out, the oldest first; `missing` of them were not there.
    function spend(uint256 buckets, uint256 points) internal pure returns (uint256 left, uint256 missing) {
        unchecked {
            if (buckets >= UNIT_4) {
                if (points <= oldest(buckets, UNIT_7)) return (without(buckets, points, UNIT_7), 0);
                points -= oldest(buckets, UNIT_7);
                buckets = younger(buckets, UNIT_7);
                if (points <= oldest(buckets, UNIT_6)) return (without(buckets, points, UNIT_6), 0);
                points -= oldest(buckets, UNIT_6);
                buckets = younger(buckets, UNIT_6);
                if (points <= oldest(buckets, UNIT_5)) return (without(buckets, points, UNIT_5), 0);
                points -= oldest(buckets, UNIT_5);
                buckets = younger(buckets, UNIT_5);
                if (points <= oldest(buckets, UNIT_4)) return (without(buckets, points, UNIT_4), 0);
                points -= oldest(buckets, UNIT_4);
                buckets = younger(buckets, UNIT_4);
            }
            if (buckets >= UNIT_2) {
                if (points <= oldest(buckets, UNIT_3)) return (without(buckets, points, UNIT_3), 0);
                points -= oldest(buckets, UNIT_3);
                buckets = younger(buckets, UNIT_3);
                if (points <= oldest(buckets, UNIT_2)) return (without(buckets, points, UNIT_2), 0);
                points -= oldest(buckets, UNIT_2);
                buckets = younger(buckets, UNIT_2);
            }
            if (points <= oldest(buckets, UNIT_1)) return (without(buckets, points, UNIT_1), 0);
            points -= oldest(buckets, UNIT_1);
            buckets = younger(buckets, UNIT_1);
            if (points <= buckets) return (buckets - points, 0);
            return (0, points - buckets);
        }
    }

    /// @notice Takes `points` out, the newest first; `missing` of them were not there.
    function takeBack(uint256 buckets, uint256 points) internal pure returns (uint256 left, uint256 missing) {
        unchecked {
            (left, missing) = takeNewest(buckets, points, UNIT_0);
            if (missing != 0) (left, missing) = takeNewest(left, missing, UNIT_1);
            if (missing != 0) (left, missing) = takeNewest(left, missing, UNIT_2);
            if (missing != 0) (left, missing) = takeNewest(left, missing, UNIT_3);
            if (missing != 0) (left, missing) = takeNewest(left, missing, UNIT_4);
            if (missing != 0) (left, missing) = takeNewest(left, missing, UNIT_5);
            if (missing != 0) (left, missing) = takeNewest(left, missing, UNIT_6);
            if (missing != 0) (left, missing) = takeNewest(left, missing, UNIT_7);
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
                    if (aged >= UNIT_4) dropped = sum(oldest(aged, UNIT_4));
                    aged = older(younger(aged, UNIT_4), UNIT_4);
                }
                if (periods >= 2) {
                    periods -= 2;
                    dropped += oldest(aged, UNIT_7) + newest(aged, UNIT_6);
                    aged = older(younger(aged, UNIT_6), UNIT_2);
                }
                if (periods != 0) {
                    dropped += oldest(aged, UNIT_7);
                    aged = older(younger(aged, UNIT_7), UNIT_1);
                }
            }
        }
    }

    /// @notice Drops all but the `count` newest buckets, 4 to 7.
    function trim(uint256 buckets, uint256 count) internal pure returns (uint256 kept, uint256 dropped) {
        if (count == 7) (kept, dropped) = (younger(buckets, UNIT_7), oldest(buckets, UNIT_7));
        else if (count == 6) (kept, dropped) = (younger(buckets, UNIT_6), oldest(buckets, UNIT_6));
        else if (count == 5) (kept, dropped) = (younger(buckets, UNIT_5), oldest(buckets, UNIT_5));
        else (kept, dropped) = (younger(buckets, UNIT_4), oldest(buckets, UNIT_4));
        if (dropped != 0) dropped = sum(dropped);
    }

    // The steps.

    /// @dev What is in the bucket of `unit` and above; where no older bucket has any points, what is in that bucket.
    function oldest(uint256 buckets, uint256 unit) internal pure returns (uint256) {
        unchecked {
            return buckets / unit;
        }
    }

    /// @dev The buckets below that of `unit`.
    function younger(uint256 buckets, uint256 unit) internal pure returns (uint256) {
        unchecked {
            return buckets % unit;
        }
    }

    /// @dev What is in the bucket of `unit`.
    function newest(uint256 buckets, uint256 unit) internal pure returns (uint256) {
        unchecked {
            return (buckets / unit) % SIZE;
        }
    }

    /// @dev The buckets with `points` less in that of `unit`, which has so many.
    function without(uint256 buckets, uint256 points, uint256 unit) internal pure returns (uint256) {
        unchecked {
            return buckets - points * unit;
        }
    }

    /// @dev Every bucket older by the place of `unit`; the oldest of them are empty, so that nothing falls out.
    function older(uint256 buckets, uint256 unit) internal pure returns (uint256) {
        unchecked {
            return buckets * unit;
        }
    }

    /// @dev Takes of `points` what the bucket of `unit` has.
    function takeNewest(
        uint256 buckets,
        uint256 points,
        uint256 unit
    ) internal pure returns (uint256 left, uint256 missing) {
        unchecked {
            uint256 bucket = newest(buckets, unit);
            uint256 taken = points < bucket ? points : bucket;
            return (without(buckets, taken, unit), points - taken);
        }
    }
}
