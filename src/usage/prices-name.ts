/** The version of the bundled price list, and the date of its publication. */
export const PRICES_NAME = 'genai-prices 0.1.8 (2026-09-23)';
