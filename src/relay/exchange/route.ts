/** Decides where a request may go. */
import type { ResponsesRequest } from '../../wire/responses.ts';
import type { SpendGuard } from '../options.ts';
import { roleOf } from '../roles.ts';
import type { Routing } from '../routing/routing.ts';
import type { Target } from '../routing/target.ts';
import { askForModels } from '../upstream/served-models.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Client, Exchange } from './exchange.ts';
import type { Threads } from './threads.ts';
import { withinBudget } from './within-budget.ts';

/**
 * The targets of a request that may be tried now, the best one first.
 * @param parts.budget undefined: nothing is going to be sent
 * @throws RelayError `invalid_request` where the name stands for no model; where there is no money for it, see
 *   `withinBudget`
 */
export async function route(
  request: ResponsesRequest,
  client: Client,
  threads: Threads,
  { routing, upstream, budget }: { routing: Routing; upstream: Upstream; budget: SpendGuard | undefined },
): Promise<[Target, ...Target[]]> {
  const role = roleOf(client.labels, request);
  const asked = {
    model: request.model,
    bearer: client.bearer,
    thread: routing.threadFor(threads.thread, role),
    // A role with a model of its own has nothing in common with the prompt of the thread that began it.
    parent: routing.hasOwnModel(role) ? undefined : threads.parent,
    role,
  };
  // Without a chosen model the alias stands for the first one that the upstream lists, so the list is needed first.
  if (routing.waitsForList(asked)) {
    // If the list cannot be had, the error that helps is the missing model, not the failed list.
    await askForModels(routing.active, routing, upstream, client.bearer).catch(() => undefined);
  }
  await routing.recallBinding(asked.thread);
  await routing.recallBinding(asked.parent);
  // First the money: a stand-in that cannot be paid must not keep out a target that only waits.
  return routing.worthATry(await withinBudget(routing.targetsFor(asked), budget), Date.now());
}

/** The name under which the routing binds what an exchange belongs to; undefined if its client names no thread. */
export function boundThread({ request, client, threads }: Exchange, routing: Routing): string | undefined {
  return routing.threadFor(threads.thread, roleOf(client.labels, request));
}
