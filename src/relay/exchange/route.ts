/** Where a request may go. */
import type { ResponsesRequest } from '../../wire/responses.ts';
import { roleOf } from '../roles.ts';
import type { Routing } from '../routing/routing.ts';
import type { Target } from '../routing/target.ts';
import { askForModels } from '../upstream/served-models.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Client } from './exchange.ts';

/**
 * The targets of a request, the best one first.
 * @throws RelayError `invalid_request` where the model's name stands for none
 */
export async function route(
  request: ResponsesRequest,
  client: Client,
  { routing, upstream }: { routing: Routing; upstream: Upstream },
): Promise<[Target, ...Target[]]> {
  const asked = {
    model: request.model,
    bearer: client.bearer,
    thread: request.prompt_cache_key ?? client.thread,
    role: roleOf(client.labels, request),
  };
  // The alias of an upstream without a chosen model stands for the first that it lists: then the list is waited for.
  if (routing.waitsForList(asked)) {
    // Why the list cannot be had is no answer to this request: the model that is missing is.
    await askForModels(routing.active, routing, upstream, client.bearer).catch(() => undefined);
  }
  await routing.recallBinding(asked.thread);
  return routing.targetsFor(asked, Date.now());
}
