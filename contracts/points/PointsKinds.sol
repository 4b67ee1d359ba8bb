// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The kinds of operations of a points book, and the roles that they need.
library PointsKinds {
    uint8 internal constant ENROL = 1;
    uint8 internal constant EARN = 2;
    uint8 internal constant REDEEM = 3;
    uint8 internal constant REVERSE = 4;
    uint8 internal constant FREEZE = 5;
    uint8 internal constant UNFREEZE = 6;
    uint8 internal constant SETTLE = 7;

    uint64 internal constant MERCHANT = uint64(bytes8(keccak256("points:merchant")));
    uint64 internal constant OPERATOR = uint64(bytes8(keccak256("points:operator")));

    /// @return role that `kind` needs; zero when there is no such kind
    function roleOf(uint8 kind) internal pure returns (uint64 role) {
        if (kind == 0 || kind > SETTLE) return 0;
        return kind <= REVERSE ? MERCHANT : OPERATOR;
    }
}
