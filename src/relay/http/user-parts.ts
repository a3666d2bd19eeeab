/** The parts that a request gets to work with: each user sees a relay of their own. */
import type { Context } from 'koa';
import { RelayError } from '../../errors.ts';
import { ImageWords } from '../exchange/image-words.ts';
import type { RelayParts } from '../exchange/respond.ts';
import type { RelayUser } from '../gateway-options.ts';
import type { ServedUpstream, SpendGuard } from '../options.ts';

/** Remembers who sent the request. */
export function rememberUser(ctx: Context, user: RelayUser): void {
  ctx.state['user'] = user;
}

/** Undefined if the relay has no users, and for its operator. */
export function userOf(ctx: Context): RelayUser | undefined {
  const user: RelayUser | undefined = ctx.state['user'];
  return user;
}

/** Makes a function that returns the relay's parts as the user of a request may use them. */
export function partsByUser(parts: RelayParts): (ctx: Context) => RelayParts {
  const known = new WeakMap<RelayUser, RelayParts>();
  return (ctx) => {
    const user = userOf(ctx);
    if (user === undefined) return parts;
    const own = known.get(user) ?? partsOf(user, parts);
    known.set(user, own);
    return own;
  };
}

function partsOf(user: RelayUser, parts: RelayParts): RelayParts {
  const { id, history, limits } = user;
  return {
    ...parts,
    history,
    limits,
    imageWords: new ImageWords(),
    running: parts.running.of(id),
    budget: bothOf(ofModels(user), parts.budget, user.budget),
    onRequest: (report) => parts.onRequest({ ...report, user: id }),
  };
}

/** The upstreams, with only the models that the user may use. */
export function visibleTo(
  user: RelayUser | undefined,
  upstreams: readonly ServedUpstream[],
): readonly ServedUpstream[] {
  if (user === undefined) return upstreams;
  return upstreams.map((upstream) => ({
    ...upstream,
    listed: upstream.listed?.filter(({ id }) => user.mayUse(upstream.id, id)),
  }));
}

function ofModels(user: RelayUser): SpendGuard {
  return {
    allow: async ({ upstream, model }) => {
      if (user.mayUse(upstream, model)) return;
      const message = `${user.id} may not use ${upstream}/${model}, so nothing was sent: choose another model, or ask whoever runs the relay.`;
      throw new RelayError('forbidden', message, { param: 'model' });
    },
  };
}

function bothOf(...guards: readonly (SpendGuard | undefined)[]): SpendGuard {
  return {
    allow: async (target) => {
      for (const guard of guards) await guard?.allow(target);
    },
  };
}
