/** The laws of a book of points, as the README beside the contract numbers them. */
export const laws = {
  stored: "points 1. Stored points are those issued, less redeemed, dropped and clawed back, plus those given back",
  live: "points 2. Live points are the stored ones less those that have expired and were not dropped yet",
  zero: "points 3. Open positions, what settlements have closed, and the reserve sum to zero",
  reserve: "points 4. The reserve is what live points, the difference of prices, and expiry leave in it",
  named: "points 5. Nobody's points change but by a posting that names them, or by time",
  expired: "points 6. Expired points are never spent",
  rejected: "points 7. A rejected posting changes nothing",
  caps: "points 8. Caps hold",
  reversals: "points 9. A reversal never exceeds its original",
} as const;
