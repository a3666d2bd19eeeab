/** `codex-relay users add NAME`, `users list` and `users revoke NAME`: who may use a team's relay. */
import { RelayError } from '../../errors.ts';
import { hashOf, isUserId, newToken, type UserRecord, type UserSource } from '../../team/user-records.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Command, Invocation } from '../invocation.ts';
import type { Settings } from '../options.ts';
import { connectionFor, userSource } from '../team.ts';

export const users: Command = async (invocation) => {
  const { settings, logger, words } = invocation;
  const [, action = '', name = ''] = words;
  const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  const isComplete = words.length === (action === 'list' ? 2 : 3);
  if (act === undefined || !isComplete)
    throw new UsageError('users is followed by add NAME, list, or revoke NAME');
  if (action !== 'list' && !isUserId(name))
    throw new UsageError('a user\'s name has lower-case letters, digits, ".", "_" and "-", 64 at most');
  const connection =
    settings.users === 'store' ? await connectionFor(settings, logger, undefined) : undefined;
  const source = userSource(settings, connection);
  try {
    await act(source, invocation, name);
  } finally {
    await source.close();
  }
  return 0;
};

const ACTIONS: Readonly<
  Record<string, (source: UserSource, invocation: Invocation, name: string) => Promise<void>>
> = {
  async add(source, { settings, print, logger }, name) {
    const isKnown = (await source.read()).some(({ id }) => id === name);
    if (isKnown) throw new CommandError(`${name} has a token already: revoke it first`);
    const token = newToken();
    const cure = `run users revoke ${name}, then users add ${name} again`;
    await orUncertain(source.put(recordFrom(settings, name, token)), `${name} was added`, cure);
    logger.info(`${name} may use the relay with this token, which is shown only now and kept as a hash:`);
    print(`${token}\n`);
  },
  async list(source, { settings, print }) {
    const all = (await source.read()).map(({ token: _, ...shown }) => shown);
    print(settings.json ? `${JSON.stringify(all, null, 2)}\n` : all.map(lineOf).join(''));
  },
  async revoke(source, { logger }, name) {
    const wasThere = await orUncertain(source.remove(name), `${name} was revoked`, 'run the command again');
    if (!wasThere) throw new CommandError(`there is no user ${name}`);
    logger.info(
      `${name} is no longer let in; relays that run know it within two seconds, unless they cannot read the list`,
    );
  },
};

/**
 * What was sent to a store may have been done although no answer came.
 * @throws CommandError that says so
 */
async function orUncertain<T>(change: Promise<T>, what: string, cure: string): Promise<T> {
  try {
    return await change;
  } catch (cause) {
    if (!(cause instanceof RelayError) || cause.code !== 'store_unavailable') throw cause;
    const words = `it is not certain whether ${what}: ${cure} once the store answers. ${cause.message}`;
    throw new CommandError(words, { cause });
  }
}

function recordFrom(settings: Settings, id: string, token: string): UserRecord {
  return {
    id,
    token: hashOf(token),
    models: [...settings['allow-models']],
    requestsPerMinute: settings['requests-per-minute'],
    tokensPerMinute: settings['tokens-per-minute'],
    budget: settings['user-budget'],
    since: new Date().toISOString(),
  };
}

function lineOf({
  id,
  models,
  requestsPerMinute,
  tokensPerMinute,
  budget,
  since,
}: Omit<UserRecord, 'token'>): string {
  const parts = [
    `models ${models.join(', ')}`,
    requestsPerMinute === 0 ? '' : `${requestsPerMinute} requests a minute`,
    tokensPerMinute === 0 ? '' : `${tokensPerMinute} tokens a minute`,
    budget === '' ? '' : `budget ${budget}`,
  ];
  return `${id}: ${parts.filter(Boolean).join('; ')}; since ${since.slice(0, 10)}\n`;
}
