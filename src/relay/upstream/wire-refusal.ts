/** An endpoint that does not speak the Responses API, or not for this model; Chat Completions may work there. */
import { RelayError } from '../../errors.ts';
import { saidIn } from '../../translate/errors/said.ts';

/** The request was fine, but the endpoint has no such API. */
export class WireRefusal extends RelayError {}

/** The route does not exist or takes no requests. If only the model is missing, Chat Completions will say so too. */
const NO_SUCH_ADDRESS = new Set([404, 405, 501]);
/** "This is a chat model and not supported in the v1/responses endpoint", "Responses API is not enabled" (2026-11). */
const NOT_THIS_API =
  /responses?[ -](api|endpoint|interface)\b.{0,60}(not|n't|un|disabled|only)|(not|n't|un)[ -]?(support|available|enabled|allowed|implemented|known).{0,60}(responses?[ -](api|endpoint)|\/responses\b)|\/responses\b.{0,80}(not|n't|un|disabled)|use (the )?(chat[ /.]completions?|\/v1\/chat)|only (supported|available) (in|on|via|through) (the )?`?\/?(v1\/)?chat\/completions/i;
/** It has the API, but not now. */
const FOR_A_WHILE =
  /temporar|(try again|retry)(?! (with|using|by|via|on|at)\b)|overload|maintenance|at the moment|right now/i;
/** The server read the request as one of Chat Completions. */
const WANTS_MESSAGES =
  /messages?['"`]?\W{1,4}(field )?(is |are )?(required|missing)|missing (required )?(parameter|field)\W{1,4}messages|(required|missing)\W.{0,30}\bmessages\b/i;

/** @param body of the reply, unchanged */
export function refusesWire(status: number, body: string): boolean {
  if (NO_SUCH_ADDRESS.has(status) || isRedirect(status)) return true;
  if (status === 401 || status === 402 || status === 429) return false;
  const { message } = saidIn(body);
  if (FOR_A_WHILE.test(message)) return false;
  return NOT_THIS_API.test(message) || WANTS_MESSAGES.test(message);
}

/** Gateways send whoever asks for a route that they do not have to their start page or a login. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}
