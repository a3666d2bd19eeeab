/** Decides where a request may go. */
import type { ResponsesRequest } from '../../wire/responses.ts';
import { roleOf } from '../roles.ts';
import type { Routing } from '../routing/routing.ts';
import type { Target } from '../routing/target.ts';
import { askForModels } from '../upstream/served-models.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Client } from './exchange.ts';
import { threadOf } from './report.ts';

/**
 * The targets of a request, the best one first.
 * @throws RelayError `invalid_request` where the name stands for no model
 */
export async function route(
  request: ResponsesRequest,
  client: Client,
  { routing, upstream }: { routing: Routing; upstream: Upstream },
): Promise<[Target, ...Target[]]> {
  const asked = {
    model: request.model,
    bearer: client.bearer,
    thread: boundThread(request, client, routing),
    role: roleOf(client.labels, request),
  };
  // Without a chosen model the alias stands for the first one that the upstream lists, so the list is needed first.
  if (routing.waitsForList(asked)) {
    // If the list cannot be had, the error that helps is the missing model, not the failed list.
    await askForModels(routing.active, routing, upstream, client.bearer).catch(() => undefined);
  }
  await routing.recallBinding(asked.thread);
  return routing.targetsFor(asked, Date.now());
}

/** The name under which the routing binds what the request belongs to; undefined if the client names no thread. */
export function boundThread(request: ResponsesRequest, client: Client, routing: Routing): string | undefined {
  return routing.threadFor(threadOf(request, client), roleOf(client.labels, request));
}
