/** The user's own prices, in Codex's folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../environment.ts';
import { whereCode } from '../../node-errors.ts';
import { type OwnPrices, PRICES_FILE, parseOwnPrices } from '../../usage/own-prices.ts';
import { codexHome } from './codex-home.ts';

/** Empty if there is no such file. @throws RelayError if it cannot be used */
export async function readOwnPrices(environment: Environment): Promise<OwnPrices> {
  const path = join(codexHome(environment), PRICES_FILE);
  const text = await readFile(path, 'utf8').catch(whereCode(['ENOENT'], undefined));
  return text === undefined ? new Map() : parseOwnPrices(text);
}
