/**
 * The provider of the bench, in a process of its own. The model's name is the script: `text-5000` streams 5,000
 * chunks of text, each an HTTP chunk of its own; `thinking-5000` and `chinese-5000` do the same with thinking and
 * with Chinese; any other thinks a little and says one word. `native-5000` streams text by the Responses API. It reads the whole request, as a provider would, and
 * answers at once and as fast as its client reads. Its one argument is the port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatDelta } from '../../src/wire/chat.ts';
import { nativeEnd, nativeLine, nativeStart } from './native-events.ts';

const ENVELOPE = {
  id: 'chatcmpl-8f14e45fceea167a5a36dedd4bea2543',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'scripted-model',
  system_fingerprint: 'fp_44709d6fcb',
};
const USAGE = { prompt_tokens: 10_000, completion_tokens: 2_000, total_tokens: 12_000 };

const WORDS =
  ' the relay reads\n "each" chunk, once — and writes it on: `const` x = [1, 2];'.match(/\s*\S+/g) ?? [];
const CHINESE = ['转发', '程序', '读取', '每个', '数据块', '一次', ',然后', '写出', '“内容”', '。\n'];

const SCRIPTS: Record<string, Buffer[]> = {
  text: WORDS.map((content) => deltaLine({ content })),
  thinking: WORDS.map((reasoning_content) => deltaLine({ reasoning_content })),
  chinese: CHINESE.map((content) => deltaLine({ content })),
};
const THOUGHT = deltaLine({ reasoning_content: thought(150) });
const WORD = deltaLine({ content: 'Done.' });
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
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});

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
  const [, kind = '', count] = /"model":"(\w+)-(\d+)"/.exec(body.toString('utf8', 0, 200)) ?? [];
  if (kind === 'native') return playEvents(Number(count), response);
  const lines = SCRIPTS[kind] ?? [THOUGHT, WORD];
  if (!body.includes('"stream":true')) return answerWhole(Number(count ?? lines.length), response);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let at = 0; at < Number(count ?? lines.length); at++) {
    if (response.write(lines[at % lines.length])) continue;
    await writable(response);
    if (response.destroyed) return;
  }
  response.end(END);
}

function answerWhole(words: number, response: ServerResponse): void {
  const content = Array.from({ length: words }, (_, at) => WORDS[at % WORDS.length]).join('');
  const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' };
  const completion = { ...ENVELOPE, object: 'chat.completion', choices: [choice], usage: USAGE };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion));
}

async function playEvents(count: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const line of eventsOf(count)) {
    if (response.write(line)) continue;
    await writable(response);
    if (response.destroyed) return;
  }
  response.end();
}

/** Every event has a number of its own; they are made once, as the chunks are. */
const NATIVE = new Map<number, Buffer[]>();

function eventsOf(count: number): Buffer[] {
  const known = NATIVE.get(count);
  if (known !== undefined) return known;
  const words = Array.from({ length: count }, (_, at) => WORDS[at % WORDS.length] ?? '');
  const lines = [
    nativeStart(),
    ...words.map((word, at) => nativeLine(at, word)),
    nativeEnd(count, words.join('')),
  ];
  const events = lines.map((text) => Buffer.from(text));
  NATIVE.set(count, events);
  return events;
}

/** Resolves when the client has caught up, or has left. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
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
