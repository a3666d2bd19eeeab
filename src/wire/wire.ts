/** The two APIs that the relay speaks to providers: Chat Completions, and the Responses API itself. */
export const WIRES = ['chat', 'responses'] as const;
/** `chat`: Chat Completions. `responses`: the provider's own Responses API. */
export type Wire = (typeof WIRES)[number];

export function isWire(value: unknown): value is Wire {
  return WIRES.some((wire) => wire === value);
}
