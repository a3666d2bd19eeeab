import type { ResponseEvent } from '../../wire/responses.ts';

/**
 * Half of all clients ignore `response.failed` and take what came before it for the whole answer, so this event
 * precedes it. The nested error is what OpenAI sends, the flat fields are what it documents: clients read either
 * (2026-11).
 */
export function errorEvent(sequence_number: number, code: string, message: string): ResponseEvent {
  const said = { code, message, param: null };
  return { type: 'error', sequence_number, ...said, error: { type: code, ...said } };
}
