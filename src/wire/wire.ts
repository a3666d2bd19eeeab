/** The two APIs that the relay speaks to providers: Chat Completions, and the Responses API itself. */
export const WIRES = ['chat', 'responses'] as const;
export type Wire = (typeof WIRES)[number];

export function isWire(value: unknown): value is Wire {
  return WIRES.some((wire) => wire === value);
}
