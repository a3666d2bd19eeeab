/**
 * What relays tell each other through the store: which targets wait, and where each thread is bound. Each change is
 * published to running relays, and kept for those that start later.
 */
import { asObject, parseJson, parseObject } from '../json.ts';
import type { Logger } from '../logger.ts';
import { type Client, type Connection, READ_PATIENCE_MS } from '../redis/connection.ts';
import type { Binding, RoutingChange, SharedRouting, Trouble } from '../relay/gateway-options.ts';
import { asBinding } from '../relay/routing/bindings.ts';
import { isCurableCode } from '../relay/routing/health.ts';

const ROUTING = 'codex-relay:{routing}';
const TROUBLES = `${ROUTING}:troubles`;
/** A thread that was idle for this long has lost its prompt cache anyway. */
const BINDING_SECONDS = 7 * 86_400;
/** Longer than any wait: once there is no more trouble, the store forgets all of it. */
const TROUBLE_SECONDS = 3_600;
/** A request does not wait long for something that only speeds it up. */
const BINDING_PATIENCE_MS = 250;

export function shareRouting(connection: Connection, logger: Logger): SharedRouting {
  const { client } = connection;
  const channel = channelOf(connection);
  /** Recognises this relay's own changes, which come back to it. */
  const relay = crypto.randomUUID();
  const tell = (change: RoutingChange) => {
    keep(client, change)
      .then(() => client.publish(channel, JSON.stringify({ relay, change })))
      .catch((error: Error) => logger.debug(`routing: not told to other relays: ${error.message}`));
  };
  return {
    tell,
    listen(learn) {
      const subscriber = connection.another();
      subscriber.on('message', (_channel: string, text: string) => {
        const message = parseObject(text);
        const change = asChange(message?.['change']);
        if (change !== undefined && message?.['relay'] !== relay) learn(change);
      });
      // Also after each reconnection, because changes in between were missed.
      subscriber.on('ready', () => {
        subscribe(subscriber, connection, learn).catch((error: Error) =>
          logger.warn(`routing: what other relays know is not known here: ${error.message}`),
        );
      });
    },
    async bindingOf(thread) {
      if (!connection.isUp) return undefined;
      try {
        const late = AbortSignal.timeout(BINDING_PATIENCE_MS);
        const text = await Promise.race([client.get(bindingKey(thread)), aborted(late)]);
        return asBinding(parseJson(text ?? ''));
      } catch (error) {
        logger.debug(
          `routing: where a thread went is not known: ${error instanceof Error ? error.message : ''}`,
        );
        return undefined;
      }
    },
  };
}

async function keep(client: Client, change: RoutingChange): Promise<void> {
  if (change.kind === 'reset') await client.del(TROUBLES);
  else if (change.kind === 'binding') {
    await client.set(bindingKey(change.thread), JSON.stringify(change.binding), 'EX', BINDING_SECONDS);
  } else if (change.trouble === null) await client.hdel(TROUBLES, change.key);
  else {
    await client.hset(TROUBLES, change.key, JSON.stringify(change.trouble));
    await client.expire(TROUBLES, TROUBLE_SECONDS);
  }
}

async function subscribe(
  subscriber: Client,
  connection: Connection,
  learn: (change: RoutingChange) => void,
): Promise<void> {
  await subscriber.subscribe(channelOf(connection));
  // The other connection may not be up yet.
  const troubles = await connection.attempt(() => connection.client.hgetall(TROUBLES), READ_PATIENCE_MS);
  for (const [key, text] of Object.entries(troubles)) {
    const trouble = asTrouble(parseJson(text));
    if (trouble !== undefined) learn({ kind: 'trouble', key, trouble });
  }
}

/** Databases of one server share their channels, but not what is kept in them. */
function channelOf({ address: { db } }: Connection): string {
  return db === 0 ? ROUTING : `${ROUTING}:${db}`;
}

function bindingKey(thread: string): string {
  return `codex-relay:thread:${thread}`;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the store was too slow')), { once: true });
  });
}

function asChange(value: unknown): RoutingChange | undefined {
  const { kind, key, trouble, thread, binding } = asObject(value) ?? {};
  if (kind === 'reset') return { kind };
  if (kind === 'binding' && typeof thread === 'string') {
    const known: Binding | undefined = asBinding(binding);
    return known && { kind, thread, binding: known };
  }
  if (kind !== 'trouble' || typeof key !== 'string') return undefined;
  if (trouble === null) return { kind, key, trouble };
  const known = asTrouble(trouble);
  return known && { kind, key, trouble: known };
}

function asTrouble(value: unknown): Trouble | undefined {
  const { upstream, model, key, code, message, until, failures } = asObject(value) ?? {};
  if (typeof upstream !== 'string' || typeof key !== 'number' || typeof message !== 'string')
    return undefined;
  if (typeof code !== 'string' || !isCurableCode(code)) return undefined;
  if (typeof until !== 'number' || typeof failures !== 'number') return undefined;
  return {
    upstream,
    key,
    code,
    message,
    until,
    failures,
    ...(typeof model === 'string' && { model }),
  };
}
