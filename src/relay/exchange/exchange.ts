/** One request with its response, from the moment when it is known where it goes. */
import { randomUUID } from 'node:crypto';
import type { RelayError } from '../../errors.ts';
import type { ReasoningSeal } from '../../translate/reasoning/reasoning.ts';
import type { ChatTranslation } from '../../translate/request/to-chat-request.ts';
import { type IdPrefix, ResponseReducer } from '../../translate/stream/reducer.ts';
import type { ResponseEvent, ResponseResource, ResponsesRequest } from '../../wire/responses.ts';
import type { Target } from '../routing/target.ts';
import { withoutKey } from '../upstream/redact.ts';

/** What HTTP knows of the client that the exchange needs. */
export interface Client {
  /** Codex understands errors in other shapes than everybody else. */
  isCodex: boolean;
  /** It tries again what fails for a moment: the relay does not. */
  retriesItself: boolean;
  /** Sent upstream where no key is configured. */
  bearer: string | undefined;
}

export interface Exchange {
  /** Id of the response, `resp_...`. */
  id: string;
  request: ResponsesRequest;
  client: Client;
  target: Target;
  translation: ChatTranslation;
  reducer: ResponseReducer;
  /** Ends the upstream call. Its reason is the `RelayError` that the client is told. */
  abort: AbortController;
  /** Milliseconds since the epoch, as below. */
  startedAt: number;
  /** When the first content came; undefined until then. */
  firstTokenAt: number | undefined;
}

/** How an exchange ended. */
export interface Outcome {
  /** The final response. */
  response: ResponseResource;
  /** Why it failed; undefined where it did not. */
  error: RelayError | undefined;
  /** What a streaming client has yet to be told, the terminal event last. */
  lastEvents: readonly ResponseEvent[];
}

export function beginExchange(
  request: ResponsesRequest,
  client: Client,
  target: Target,
  translation: ChatTranslation,
  seal: ReasoningSeal,
): Exchange {
  const id = newId('resp');
  const { profile, model, apiKey } = target;
  const reducer = new ResponseReducer({
    request,
    profile,
    model,
    tools: translation.tools,
    responseId: id,
    newId,
    now: () => Math.floor(Date.now() / 1000),
    seal,
    isCodex: client.isCodex,
    redact: (text) => withoutKey(text, apiKey),
  });
  const abort = new AbortController();
  return {
    id,
    request,
    client,
    target,
    translation,
    reducer,
    abort,
    startedAt: Date.now(),
    firstTokenAt: undefined,
  };
}

export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
