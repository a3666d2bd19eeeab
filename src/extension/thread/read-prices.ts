/** The prices in force on this machine: the shipped ones and the user's own. */
import { readOwnPrices } from '../../codex/home/own-prices-file.ts';
import { messageOf, RelayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { OwnPrices } from '../../usage/own-prices.ts';
import { loadPriceList, type RateList } from '../../usage/price-list.ts';

/** If the user's file cannot be used, the log says so and it is ignored. */
export async function readPrices(logger: Pick<Logger, 'error'>): Promise<{ list: RateList; own: OwnPrices }> {
  const list = await loadPriceList();
  try {
    return { list, own: await readOwnPrices(process.env) };
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    logger.error(`${messageOf(error)}. Its prices are left out.`);
    return { list, own: new Map() };
  }
}
