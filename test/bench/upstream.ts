/**
 * The provider of the bench, in a process of its own. The model's name is the script: `chunks-2000-by-1` streams
 * 2,000 text chunks, each in a write of its own; `chunks-2000-by-64` puts 64 into each write. It reads the whole
 * request, as a provider would, and answers at once and as fast as its client reads.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChatDelta } from '../../src/wire/chat.ts';

const WORDS =
  ' the relay reads\n "each" chunk, once — and writes it on: `const` x = [1, 2];'.match(/\s*\S+/g) ?? [];

const ENVELOPE = {
  id: 'chatcmpl-8f14e45fceea167a5a36dedd4bea2543',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'scripted-model',
  system_fingerprint: 'fp_44709d6fcb',
};
const USAGE = { prompt_tokens: 10_000, completion_tokens: 2_000, total_tokens: 12_000 };

const TEXT = WORDS.map((content) => deltaLine({ content }));
const THOUGHT = deltaLine({ reasoning_content: thought(150) });
const END = Buffer.concat([
  line({ ...ENVELOPE, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  line({ ...ENVELOPE, choices: [], usage: USAGE }),
  Buffer.from('data: [DONE]\n\n'),
]);

// Also when the bench is killed.
process.on('disconnect', () => process.exit());

let lastBody: Buffer = Buffer.alloc(0);

const server = createServer(async (request, response) => {
  const body = await readBody(request);
  if (request.url === '/last') {
    response.end(lastBody);
    return;
  }
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"object":"list","data":[]}');
    return;
  }
  lastBody = body;
  await play(body, response);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

/** Words in no order: like real thinking it compresses to less than a half, but not to nothing. */
function thought(words: number): string {
  const known =
    'look at what the last command printed then check whether this file fails again because of it'.split(' ');
  let random = 1;
  return Array.from({ length: words }, () => {
    random = (random * 48_271) % 2_147_483_647;
    return known[random % known.length];
  }).join(' ');
}

async function play(body: Buffer, response: ServerResponse): Promise<void> {
  const [, count, perWrite] = /"model":"chunks-(\d+)-by-(\d+)"/.exec(body.toString('utf8', 0, 200)) ?? [];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (count === undefined) response.write(THOUGHT);
  for (const bytes of writes(Number(count ?? 1), Number(perWrite ?? 1))) {
    // Writes of one turn of the event loop would leave as one.
    if (response.write(bytes)) await nextTurn();
    else await Promise.race([once(response, 'drain'), once(response, 'close')]);
    if (response.destroyed) return;
  }
  response.end(END);
}

function* writes(count: number, perWrite: number): Generator<Buffer> {
  const block = Buffer.concat(Array.from({ length: perWrite }, (_, at) => textLine(at)));
  for (let sent = 0; sent < count; sent += perWrite) {
    if (perWrite === 1) yield textLine(sent);
    else yield sent + perWrite <= count ? block : Buffer.concat(lines(count - sent));
  }
}

function lines(count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) => textLine(at));
}

function textLine(at: number): Buffer {
  return TEXT[at % TEXT.length] ?? END;
}

function deltaLine(delta: ChatDelta): Buffer {
  return line({ ...ENVELOPE, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] });
}

function line(chunk: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
