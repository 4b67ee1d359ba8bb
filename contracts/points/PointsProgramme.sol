// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {AccountLibrary} from "./Account.sol";
import {IPointsLedger} from "./IPointsLedger.sol";

/// @notice What a book is created with, and the calendar that follows from it.
abstract contract PointsProgramme is IPointsLedger {
    uint256 private constant DAY = 1 days;
    uint256 private constant UTC_PLUS_8 = 8 hours;

    bytes3 private immutable currency;
    uint256 internal immutable issuePrice;
    uint256 internal immutable redeemPrice;
    uint256 private immutable periodSeconds;
    uint256 internal immutable periods;
    uint256 internal immutable dailyIssueCap;
    uint64 public immutable start;

    constructor(Programme memory given) {
        require(_isCurrency(given.currency), PointsLedgerProgrammeInvalid());
        require(given.redeemPrice <= given.issuePrice, PointsLedgerProgrammeInvalid());
        require(given.periodSeconds != 0, PointsLedgerProgrammeInvalid());
        require(given.periods >= 4 && given.periods <= 8, PointsLedgerProgrammeInvalid());

        currency = given.currency;
        issuePrice = given.issuePrice;
        redeemPrice = given.redeemPrice;
        periodSeconds = given.periodSeconds;
        periods = given.periods;
        dailyIssueCap = given.dailyIssueCap;
        start = uint64(block.timestamp);
    }

    function programme() external view returns (Programme memory) {
        return
            Programme({
                currency: currency,
                issuePrice: uint32(issuePrice),
                redeemPrice: uint32(redeemPrice),
                periodSeconds: uint32(periodSeconds),
                periods: uint8(periods),
                dailyIssueCap: uint64(dailyIssueCap)
            });
    }

    /// @dev The period of this block.
    function _period() internal view returns (uint256) {
        return Math.min((block.timestamp - start) / periodSeconds, AccountLibrary.LAST_PERIOD);
    }

    /// @dev The day of this block in UTC+8, counted from 1 January 1970.
    function _day() internal view returns (uint256) {
        return (block.timestamp + UTC_PLUS_8) / DAY;
    }

    function _isCurrency(bytes3 code) private pure returns (bool) {
        for (uint256 i = 0; i < 3; ++i) if (code[i] < "A" || code[i] > "Z") return false;
        return true;
    }
}
