/** The version of the price list that ships with the relay, and the day on which it was published. */
export const PRICES_NAME = 'genai-prices 0.1.8 (2026-09-23)';
