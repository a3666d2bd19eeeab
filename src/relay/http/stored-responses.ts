/**
 * OpenAI's routes for responses that are stored or running: retrieve, delete, list input items, cancel. The shapes are
 * those of its API reference (2026-11).
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { RelayError } from '../../errors.ts';
import type { HistoryStore, StoredExchange } from '../../history/store.ts';
import type { InputItem, ResponseResource } from '../../wire/responses.ts';
import type { RelayParts } from '../exchange/respond.ts';
import { retainResponse } from '../exchange/retain.ts';
import { listedItem } from './listed-item.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/**
 * @param prefix path before `/responses`
 * @param partsOf what the client of a request may see
 */
export function routeStoredResponses(
  router: Router,
  prefix: string,
  partsOf: (ctx: Context) => RelayParts,
): void {
  const path = `${prefix}/responses/:id`;
  router.get(path, async (ctx) => {
    if (ctx.query['stream'] === 'true') {
      throw invalid('stream', 'a response that is stored cannot be streamed again; leave it out.');
    }
    const { id = '' } = ctx.params;
    const { history, running } = partsOf(ctx);
    ctx.body = running.response(id) ?? (await storedTurn(history, id)).response;
  });
  router.delete(path, async (ctx) => {
    const { id = '' } = ctx.params;
    if (!(await partsOf(ctx).history.delete(id))) throw notFound(id);
    ctx.body = { id, object: 'response', deleted: true };
  });
  router.get(`${path}/input_items`, async (ctx) => {
    const { input } = await storedTurn(partsOf(ctx).history, ctx.params['id'] ?? '');
    ctx.body = listPage(input.map(listedItem), new URLSearchParams(ctx.querystring));
  });
  router.post(`${path}/cancel`, async (ctx) => {
    const { id = '' } = ctx.params;
    const parts = partsOf(ctx);
    const cancelled = await cancel(id, parts);
    if (cancelled !== undefined) {
      ctx.body = cancelled;
      return;
    }
    const { status } = (await storedTurn(parts.history, id)).response;
    throw new RelayError(
      'invalid_request',
      `Response '${id}' is ${status}: only a running one can be cancelled.`,
    );
  });
}

/**
 * The finished part of a cancelled response can be retrieved and continued. Undefined if no such response is running.
 */
async function cancel(id: string, parts: RelayParts): Promise<ResponseResource | undefined> {
  const cancelled = await parts.running.cancel(id);
  if (cancelled === undefined) return undefined;
  const { exchange, outcome } = cancelled;
  // It may have completed before it could be cancelled.
  if (outcome.response.status !== 'failed') return outcome.response;
  const response: ResponseResource = { ...outcome.response, status: 'cancelled', error: null };
  response.store &&= await retainResponse(exchange.request, response, parts);
  return response;
}

async function storedTurn(history: HistoryStore, id: string): Promise<StoredExchange> {
  const turn = await history.exchange(id);
  if (turn === undefined) throw notFound(id);
  return turn;
}

function notFound(id: string): RelayError {
  return new RelayError('response_not_found', `Response with id '${id}' not found.`, { param: 'id' });
}

function invalid(param: string, what: string): RelayError {
  return new RelayError('invalid_request', `${param}: ${what}`, { param });
}

// ------------------------------------------------------------------------------------------- input items

/** One page of a list, newest first unless asked otherwise. @throws RelayError for a parameter that is wrong */
function listPage(items: readonly InputItem[], query: URLSearchParams) {
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw invalid('order', 'must be asc or desc.');
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw invalid('limit', `must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  const ordered = order === 'asc' ? items : items.toReversed();
  const after = query.get('after');
  const at = after === null ? -1 : ordered.findIndex((item) => item.id === after);
  if (after !== null && at === -1) throw invalid('after', 'names no item of this list.');
  const data = ordered.slice(at + 1, at + 1 + limit);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: at + 1 + limit < ordered.length,
  };
}
