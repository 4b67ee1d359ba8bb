import { join } from "node:path";
import { Administrator } from "../../lambdas/core/administering/administrator.ts";
import type { Chain } from "../../lambdas/core/chain/chain.ts";
import type { Kapok } from "../../lambdas/core/kapok.ts";
import { ADMINISTRATOR } from "../../lambdas/core/store/lanes.ts";
import type { Home } from "./home.ts";
import { lockHome } from "./lock.ts";

/**
 * Lets `work` administer this home's book; the administrator's key is made at the first call. One process of a home
 * does so at a time, and what another one left behind when it died is taken over at once.
 * @throws HomeInUseError
 */
export async function administering<T>(
  { home, kapok, chain }: { home: Home; kapok: Kapok; chain: Chain },
  work: (administrator: Administrator) => Promise<T>,
): Promise<T> {
  const unlock = lockHome(join(home.path, "administration"));
  try {
    const address = (await home.keys.addresses(ADMINISTRATOR)).at(-1) ?? (await home.keys.create(ADMINISTRATOR));
    const administrator = await Administrator.open(kapok.core, chain, await home.keys.signer(address), home.path);
    try {
      return await work(administrator);
    } finally {
      await administrator.close();
    }
  } finally {
    unlock();
  }
}
