/**
 * `POST /v1/responses/compact`, in the shapes of OpenAI's API reference (2026-11): the user's messages, and one item
 * with the summary of everything else. The summary is made in the ordinary way, as the answer to a
 * `compaction_trigger`.
 */
import { RelayError } from '../../errors.ts';
import { withIds } from '../../history/repeated-input.ts';
import { COMPACTION_TRIGGER } from '../../translate/compaction.ts';
import { inputItems } from '../../translate/request/to-chat-request.ts';
import type {
  CompactionItem,
  InputItem,
  OutputItem,
  ResponsesRequest,
  ResponseUsage,
} from '../../wire/responses.ts';
import type { ClientConnection } from '../exchange/client-connection.ts';
import type { Client } from '../exchange/exchange.ts';
import { recallItems, recallResponses } from '../exchange/recall.ts';
import { type RelayParts, respond } from '../exchange/respond.ts';
import { listedItem } from './listed-item.ts';
import { parseOptionalInput } from './optional-input.ts';

export interface CompactedResponse {
  id: string;
  object: 'response.compaction';
  created_at: number;
  /** User messages, then the one `compaction` item: the input of the next request. */
  output: (InputItem | CompactionItem)[];
  usage: ResponseUsage;
}

/** Not every provider reports usage, but the API's clients need the field. */
const UNKNOWN_USAGE: ResponseUsage = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
};

/** @throws RelayError for a request that is wrong, and where no target gave a summary */
export async function compact(
  body: unknown,
  client: Client,
  connection: ClientConnection,
  parts: RelayParts,
): Promise<CompactedResponse> {
  const asked = parseCompact(body);
  // Read here because its user messages are part of the answer.
  const history = await recallResponses(asked, parts.history);
  const { input } = await recallItems(asked, history, parts.history);
  const items = [...history, ...inputItems(input)];
  const request = { ...asked, input: [...items, COMPACTION_TRIGGER], previous_response_id: null };
  const { response, error } = await respond(request, client, connection, parts);
  if (error !== undefined) throw error;
  const { id, created_at, usage } = response;
  return {
    id,
    object: 'response.compaction',
    created_at,
    output: [
      ...withIds(items.filter(isOfUser), null).map(listedItem),
      ...response.output.filter(isCompaction),
    ],
    usage: usage ?? UNKNOWN_USAGE,
  };
}

/** Such a request has no stream, and its response is not stored. */
function parseCompact(body: unknown): ResponsesRequest {
  const request = parseOptionalInput(body);
  if (request.input.length === 0 && !request.previous_response_id) {
    throw new RelayError('invalid_request', 'input: there is nothing to compact.', { param: 'input' });
  }
  return { ...request, stream: false, store: false };
}

function isOfUser({ type, role }: InputItem): boolean {
  return (type ?? 'message') === 'message' && role === 'user';
}

function isCompaction(item: OutputItem): item is CompactionItem {
  return item.type === 'compaction';
}
