/** `codex-relay targets`: which targets the running relay passes over, until when and why. */

import { askRelay, findOwner, type Place } from '../../doctor/ask-relay.ts';
import { asObject, type JsonObject, parseObject } from '../../json.ts';
import { CommandError } from '../errors.ts';
import type { Command } from '../invocation.ts';
import { placeOf } from '../reach.ts';

const LIMIT_MS = 5_000;

export const targets: Command = async ({ settings, print }) => {
  const { token } = settings;
  const place = await placeOf(settings);
  const { host } = new URL(place.url);
  const owner = await findOwner(place, token || undefined);
  if (owner === 'nobody')
    throw new CommandError(`no relay listens on ${host}: start it, or name its port with --port`);
  if (owner === 'stranger')
    throw new CommandError(
      place.certificate === undefined
        ? `${host} is used by another program, not by a relay without --tls-cert`
        : `no relay with the certificate of --tls-cert answers on ${host}: another program or certificate is there`,
    );
  if (owner === 'other')
    throw new CommandError(
      'the relay wants another token: set CODEX_RELAY_TOKEN to the one that it was started with',
    );
  // Only a relay that has proved to know the token may be told it.
  const body = await ask(place, owner === 'ours' ? token : '', settings.reset);
  print(settings.json ? `${JSON.stringify(body, null, 2)}\n` : describe(body, settings.reset, new Date()));
  return 0;
};

async function ask(place: Place, token: string, isReset: boolean): Promise<JsonObject> {
  const { status, text } = await askRelay(place, isReset ? '/relay/targets/reset' : '/relay/targets', {
    token: token || undefined,
    ...(isReset && { body: '{}' }),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const body = parseObject(text);
  if (status === 401)
    throw new CommandError(
      `the relay at ${place.url} has users, but was started without a token for whoever runs it: start it with CODEX_RELAY_TOKEN, and set the same here`,
    );
  if (status !== 200 || body === undefined) {
    throw new CommandError(
      `the relay at ${place.url} does not tell its targets (HTTP ${status}): is it of an older version?`,
    );
  }
  return body;
}

function describe(body: JsonObject, wasReset: boolean, now: Date): string {
  const upstreams = list(body['upstreams']);
  const troubles = list(body['targets']);
  const lines = upstreams.flatMap((upstream) => {
    const own = troubles.filter((trouble) => trouble['upstream'] === upstream['id']);
    const mark = upstream['isActive'] === true ? '*' : ' ';
    const state = own.length === 0 ? 'fine' : 'waiting';
    return [
      `${mark} ${upstream['id']} (${upstream['name']}): ${state}`,
      ...own.map((trouble) => `    ${describeTrouble(trouble, now)}`),
    ];
  });
  const title = wasReset ? 'All waiting was forgotten.\n' : '';
  return `${title}${lines.join('\n')}\n`;
}

function describeTrouble(trouble: JsonObject, now: Date): string {
  const { model, key, code, message, until } = trouble;
  const what = [
    typeof model === 'string' ? model : 'all models',
    typeof key === 'number' && key > 0 ? `key ${key + 1}` : '',
  ];
  const seconds = typeof until === 'number' ? Math.max(0, Math.ceil((until - now.getTime()) / 1000)) : 0;
  return `${what.filter(Boolean).join(', ')}: ${code}, asked again in ${seconds} s. ${message}`;
}

function list(value: unknown): JsonObject[] {
  const entries: unknown[] = Array.isArray(value) ? value : [];
  return entries.map(asObject).filter((entry) => entry !== undefined);
}
