/** Numbers as the user's language writes them. */
import { env } from 'vscode';

/** `$1.23`, `<$0.01`. */
export function usd(amount: number): string {
  const format = new Intl.NumberFormat(env.language, { style: 'currency', currency: 'USD' });
  return amount > 0 && amount < 0.005 ? `<${format.format(0.01)}` : format.format(amount);
}
