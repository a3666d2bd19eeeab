/** The cost of an answer as stated by the provider. */
import { asObject, type JsonObject } from '../../json.ts';

/**
 * The cost stated in a usage object, in USD; undefined if there is none. The field names tell the unit, except `cost`,
 * which is in USD at OpenRouter and at gateways that pass it on, and `estimated_cost`, which is DeepInfra's in USD.
 */
export function statedCost(usage: JsonObject): number | undefined {
  const { cost, cost_in_usd_ticks: ticks, estimated_cost: estimate } = usage;
  // xAI, 2026-11: ten billion ticks are one dollar.
  if (isAmount(ticks)) return ticks / 1e10;
  // DeepInfra, 2026-11: what it bills for the answer, in spite of the name.
  if (!isAmount(cost)) return isAmount(estimate) ? estimate : undefined;
  // OpenRouter, 2026-10: with the user's own key `cost` is only OpenRouter's fee; only then is this added.
  const upstream = asObject(usage['cost_details'])?.['upstream_inference_cost'];
  return usage['is_byok'] === true && isAmount(upstream) ? cost + upstream : cost;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
