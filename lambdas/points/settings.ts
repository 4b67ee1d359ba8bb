import * as z from "zod";

const uint32 = z.int().min(0).max(4294967295);

/** The points part of the settings file. Nothing of it can change once the book exists. */
export const settings = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .meta({ description: "ISO 4217 code", example: "CNY" }),
    periodSeconds: uint32.min(1).meta({ description: "Length of a period" }),
    periods: z.int().min(4).max(8).meta({ description: "For how many periods points live" }),
    issuePricePerThousand: uint32.meta({
      description: "What a merchant pays the pool for a thousand points that it issues, in minor units",
    }),
    redeemPricePerThousand: uint32.meta({
      description: "What the pool pays a merchant for a thousand points that it accepts, in minor units",
    }),
    dailyIssueCap: z.int().min(0).meta({ description: "Points that one merchant may issue in a day of UTC+8" }),
  })
  .refine((programme) => programme.redeemPricePerThousand <= programme.issuePricePerThousand, {
    path: ["redeemPricePerThousand"],
    message: "must not be more than issuePricePerThousand, or the pool runs dry",
  });

/** The constants of a book of points. */
export type Settings = z.infer<typeof settings>;

/** The constants as the chain knows them: with the start of period 0, in seconds since 1970. */
export interface Programme extends Settings {
  start: number;
}
