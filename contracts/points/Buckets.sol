// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The arithmetic of points by age: eight buckets of 28 bits in the lower 224 bits of a word, bucket 0 the
/// newest. Written with divisions by constants and no bit operations, so that SMTChecker can prove it.
library Buckets {
    uint256 internal constant COUNT = 8;
    uint256 internal constant SIZE = 2 ** 28;
    uint256 internal constant END = 2 ** 224;

    /// @notice All points in `buckets`.
    function sum(uint256 buckets) internal pure returns (uint256 points) {
        for (; buckets != 0; buckets /= SIZE) points += buckets % SIZE;
    }

    /// @notice Lets `periods` pass: what was in the last `periods` of the first `count` buckets drops out.
    function age(
        uint256 buckets,
        uint256 periods,
        uint256 count
    ) internal pure returns (uint256 aged, uint256 dropped) {
        uint256 oldest = SIZE ** (count - 1);
        for (; periods != 0 && buckets != 0; --periods) {
            dropped += buckets / oldest;
            buckets = (buckets % oldest) * SIZE;
        }
        return (buckets, dropped);
    }

    /// @notice Takes `points` out, the oldest first; `missing` of them were not there.
    function spend(uint256 buckets, uint256 points) internal pure returns (uint256 left, uint256 missing) {
        for (uint256 unit = END / SIZE; points != 0 && unit != 0; unit /= SIZE) {
            uint256 bucket = buckets / unit;
            if (bucket >= points) return (buckets - points * unit, 0);
            points -= bucket;
            buckets -= bucket * unit;
        }
        return (buckets, points);
    }

    /// @notice Takes `points` out, the newest first; `missing` of them were not there.
    function takeBack(uint256 buckets, uint256 points) internal pure returns (uint256 left, uint256 missing) {
        for (uint256 unit = 1; points != 0 && unit != END; unit *= SIZE) {
            uint256 bucket = (buckets / unit) % SIZE;
            uint256 taken = bucket < points ? bucket : points;
            points -= taken;
            buckets -= taken * unit;
        }
        return (buckets, points);
    }

    /// @notice Adds `points` to the newest bucket; `fits` is false when it cannot hold them.
    function earn(uint256 buckets, uint256 points) internal pure returns (uint256 more, bool fits) {
        fits = (buckets % SIZE) + points < SIZE;
        more = fits ? buckets + points : buckets;
    }
}
