/** What providers say themselves that an answer cost. */
import { asObject, type JsonObject } from '../../json.ts';

/**
 * The cost that a usage states, in USD; undefined where it states none. The names tell the unit, but for `cost`:
 * OpenRouter's, and that of gateways which pass it on, is in USD.
 */
export function statedCost(usage: JsonObject): number | undefined {
  const { cost, cost_in_usd_ticks: ticks } = usage;
  // xAI, 2026-11: ten billion ticks are one dollar.
  if (isAmount(ticks)) return ticks / 1e10;
  if (!isAmount(cost)) return undefined;
  // OpenRouter, 2026-10: with the user's own key `cost` is its fee alone, and only then this adds to it.
  const upstream = asObject(usage['cost_details'])?.['upstream_inference_cost'];
  return usage['is_byok'] === true && isAmount(upstream) ? cost + upstream : cost;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
