import type { ReasoningSeal } from '../translate/reasoning.ts';

/** Stand-in until the history branch lands. */
export function createReasoningSeal(): ReasoningSeal {
  return {
    seal: (reasoning) => `crr1.${Buffer.from(JSON.stringify(reasoning)).toString('base64')}`,
    open: (sealed) =>
      sealed.startsWith('crr1.') ? JSON.parse(Buffer.from(sealed.slice(5), 'base64').toString()) : undefined,
  };
}
