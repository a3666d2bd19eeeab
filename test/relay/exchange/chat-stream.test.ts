import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChatStreamReader } from '../../../src/relay/exchange/chat-stream.ts';
import type { ChatChunk } from '../../../src/wire/chat.ts';
import { allEvents, errorOf, responseOf, startRig, textIn } from '../../support/relay-client.ts';
import { deltaChunk, finishChunk, textChunks } from '../../support/scripted-upstream.ts';
import { PROFILE } from '../../support/translating.ts';

const CHUNKS = [deltaChunk({ content: 'hel' }), deltaChunk({ content: 'lo \u{1f600}' }), finishChunk('stop')];
const LINES = CHUNKS.map((chunk) => JSON.stringify(chunk));
const COMPLETION = {
  id: 'a',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello \u{1f600}' } }],
};

function sse(lines: readonly string[], prefix = 'data: '): string {
  return lines.map((line) => `${prefix}${line}\n\n`).join('');
}

/** All that a reader gives of a body that comes in pieces of this many bytes. */
function read(body: string, pieceSize: number) {
  const reader = new ChatStreamReader(PROFILE);
  const bytes = Buffer.from(body);
  const chunks: ChatChunk[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) {
    chunks.push(...reader.feed(bytes.subarray(at, at + pieceSize)));
  }
  chunks.push(...reader.end());
  return { chunks, problem: reader.problem?.message, lastWords: reader.lastWords, isDone: reader.isDone };
}

function textOf(chunks: readonly ChatChunk[]): string {
  return chunks
    .map((chunk) => chunk.choices?.[0]?.delta?.content ?? chunk.choices?.[0]?.message?.content ?? '')
    .join('');
}

describe('the reader of a reply', () => {
  const ANSWERS: Readonly<Record<string, string>> = {
    'an event stream': sse([...LINES, '[DONE]']),
    'an event stream with \\r\\n': sse([...LINES, '[DONE]']).replaceAll('\n', '\r\n'),
    'an event stream with \\r': sse([...LINES, '[DONE]']).replaceAll('\n', '\r'),
    'an event stream without spaces or [DONE]': sse(LINES, 'data:'),
    'an event stream without its last blank line': sse(LINES).trimEnd(),
    'an event stream whose events no blank line keeps apart': LINES.map((line) => `data: ${line}\n`).join(''),
    'an event stream behind a byte order mark': `\ufeff${sse(LINES)}`,
    'an event stream behind blank lines': `\n \r\n${sse(LINES)}`,
    'an event stream with comments, pings and other fields': `: hi\nretry: 5\n\n${sse(['ping', ...LINES, 'null'])}id: 7\n\nevent: ping\ndata: {}\n\n`,
    'events that are framed twice': sse([...LINES, '[DONE]'], 'data: data: '),
    'events that are framed three times': sse(LINES, 'data:data:data: '),
    'events in capitals': sse(LINES, 'Data: '),
    'a chunk a line': LINES.join('\n'),
    'a chunk a line, [DONE] at the end': `${LINES.join('\r\n')}\n[DONE]\n`,
    'chunks with nothing between them': LINES.join(''),
    'a list of chunks': `[${LINES.join(',\n')}]`,
    'bare lines in an event stream': `: open\n\n${LINES.join('\n')}\n`,
    'an event stream with marks': sse(['[START]', LINES[0] ?? '', '[HEARTBEAT]', ...LINES.slice(1), '[END]']),
    'events with [done] in small letters': sse([...LINES, '[done]']),
    'events with [DONE] in quotes': sse([...LINES, '"[DONE]"']),
    'events that are JSON within JSON': sse(LINES.map((line) => JSON.stringify(line))),
    'events that end with the characters of a line end': sse(LINES.map((line) => `${line}\\n\\n`)),
    'events that end with a comma': sse(LINES.map((line) => `${line},`)),
    'two events in one line': sse([`${LINES[0]} ${LINES[1]}`, LINES[2] ?? '']),
    'an end in the line of the last event': sse([...LINES.slice(0, 2), `${LINES[2]}data: [DONE]`]),
    'chunks with numbers that JSON does not have': sse(
      LINES.map((line) => line.replace('{', '{"logprob":-Infinity,"created":NaN,')),
    ),
    'a completion': JSON.stringify(COMPLETION),
    'a completion over several lines': `\ufeff\n${JSON.stringify(COMPLETION, null, 2)}\n`,
    'a completion as an event': sse([JSON.stringify(COMPLETION), '[DONE]']),
    'a completion as an event of several lines': `${JSON.stringify(COMPLETION, null, 2).replaceAll(/^/gm, 'data: ')}\n\n`,
    'a completion in several lines of an event stream': `: open\n${JSON.stringify(COMPLETION, null, 2)}\n`,
  };
  for (const [what, body] of Object.entries(ANSWERS)) {
    it(`understands ${what}, in pieces of any size`, () => {
      for (const size of [1, 2, 3, 7, 64, 100_000]) {
        const { chunks, problem, isDone } = read(body, size);
        assert.deepEqual([textOf(chunks), problem], ['hello \u{1f600}', undefined], `pieces of ${size}`);
        assert.equal(isDone, /\[DONE\]/i.test(body));
      }
    });
  }

  it('mends what JSON does not allow, and nothing inside of texts', () => {
    const spoken = 'NaN -Infinity "quoted" \\ end';
    for (const [sent, text] of [
      ['"a\tb"', 'a\tb'],
      ['"a\u0001b"', 'a\u0001b'],
      ['"a\\xb"', 'a\\xb'],
      ['"a\\\\xb,]",', 'a\\xb,]'],
      [`${JSON.stringify(spoken)},"x":NaN`, spoken],
    ]) {
      const { chunks, problem } = read(`data: {"choices":[{"delta":{"content":${sent}}}]}\n\n`, 3);
      assert.deepEqual([textOf(chunks), problem], [text, undefined]);
    }
    const huge = `data: {"x":NaN,"choices":[{"delta":{"content":"${'x'.repeat(30_000_000)}"}}]}\n\n`;
    assert.match(read(huge, huge.length).problem ?? '', /not JSON/);
  });

  const ERROR = { error: { message: 'quota for team exceeded', code: 'quota' } };
  const ERRORS: Readonly<Record<string, string>> = {
    'an error object': JSON.stringify(ERROR),
    'a list of one': JSON.stringify([ERROR], null, 2),
    'an event': sse([JSON.stringify(ERROR)]),
    'an object under an event named error': `event: error\ndata: ${JSON.stringify(ERROR)}\n\n`,
    'its fields alone under an event named error': `event: error\ndata: ${JSON.stringify(ERROR.error)}\n\n`,
    'plain words under an event named error': 'event: error\ndata: quota for team exceeded\n\n',
    'quoted words under an event named error': 'event:error\ndata:"quota for team exceeded"\n\n',
    'an event that ends with the body': 'event: server_error\ndata: quota for team exceeded',
    'a spelling that is no JSON': "data: {'error': 'quota for team exceeded'}\n\n",
    'no JSON under an event named error': "event: error\ndata: {oops: 'quota for team exceeded'}\n\n",
    'a bare line': `: open\n\n${JSON.stringify(ERROR)}\n`,
    'an answer that began': `${sse(LINES.slice(0, 1))}event: error\ndata: quota for team exceeded\n\n`,
  };
  for (const [what, body] of Object.entries(ERRORS)) {
    it(`gives the words of an error: ${what}`, () => {
      for (const size of [1, 5, 100_000]) {
        const { chunks, problem } = read(body, size);
        assert.equal(problem, undefined);
        assert.match(JSON.stringify(chunks.at(-1)?.error), /quota for team exceeded/, `pieces of ${size}`);
      }
    });
  }

  const LAST_WORDS: Readonly<Record<string, string>> = {
    'plain text': 'quota for team exceeded',
    'plain text of two lines': 'quota for team\nexceeded\n',
    'plain text with a colon': 'Error: quota for team exceeded\n',
    'data that is no JSON': `${sse(LINES.slice(0, 1))}data: quota for team exceeded\n\n`,
    'a quoted text': '"quota for team exceeded"',
    'an object without an envelope': JSON.stringify({ message: 'quota for team exceeded' }),
    'an object with a word of its own': JSON.stringify({ ok: false, err_msg: 'quota for team exceeded' }),
    'a list of errors': JSON.stringify({ errors: [{ message: 'quota for team exceeded' }] }),
    'an error that breaks off': '{"error": {"message": "quota for team exceeded',
    'a line of a stream': `${sse(LINES.slice(0, 1))}quota for team exceeded\n\n`,
  };
  for (const [what, body] of Object.entries(LAST_WORDS)) {
    it(`keeps what was said outside of chunks for an answer that ends unfinished: ${what}`, () => {
      for (const size of [1, 5, 100_000]) {
        assert.match(JSON.stringify(read(body, size).lastWords), /quota for team exceeded/);
      }
    });
  }

  it('ignores pings, and does not take words before a chunk for the reason of the end', () => {
    for (const body of ['data: ping\n\n', 'data: keep-alive\n\n', sse(['please wait', ...LINES])]) {
      assert.deepEqual(read(body, 100_000).lastWords, []);
    }
  });

  it('recognises a web page, whatever its label', () => {
    for (const page of [
      '<!doctype html><h1>Log in</h1>',
      '\n <html></html>',
      '\ufeff<?xml version="1.0"?>',
    ]) {
      assert.match(read(page, 4).problem ?? '', /answered with a web page/);
    }
  });

  it('returns the chunks before a broken one, however they are read', () => {
    for (const body of [
      sse([LINES[0] ?? '', '{"choices": oops}', LINES[1] ?? '']),
      `${LINES[0]}\n{"choices": oops}\n`,
    ]) {
      for (const size of [1, 9, 100_000]) {
        const { chunks, problem } = read(body, size);
        assert.deepEqual([textOf(chunks), chunks.length], ['hel', 1]);
        assert.match(problem ?? '', /not JSON/);
      }
    }
  });

  it('quotes nothing of a broken chunk', () => {
    assert.doesNotMatch(read('data: {"choices":[{"delta":{"content":"secret\n\n', 9).problem ?? '', /secret/);
  });

  it('reads any bytes', () => {
    const pieces = fc.constantFrom(
      'data: ',
      'event: error\n',
      '\n',
      '\r',
      '{',
      '}',
      '[',
      ']',
      '"',
      '[DONE]',
      'a',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (texts) => {
        const reader = new ChatStreamReader(PROFILE);
        for (const text of texts) reader.feed(Buffer.from(text));
        reader.end();
      }),
    );
  });

  for (const start of ['data: ', '{"a":"', '[', ': open\n{"a":', 'words']) {
    it(`gives up on an endless body that begins with ${JSON.stringify(start)} before it fills the memory`, () => {
      const reader = new ChatStreamReader(PROFILE);
      const mebibyte = Buffer.alloc(1024 * 1024, 'x');
      reader.feed(Buffer.from(start));
      for (let fed = 0; fed < 100 && reader.problem === undefined; fed++) reader.feed(mebibyte);
      assert.match(reader.problem?.message ?? '', /too large/);
    });
  }
});

describe('a reply under the wrong label', () => {
  const TYPES = [
    'text/event-stream',
    'application/json',
    'application/x-ndjson',
    'text/plain',
    'text/html',
    '',
  ];
  const BODIES: Readonly<Record<string, string>> = {
    stream: sse(textChunks('hello').map((chunk) => JSON.stringify(chunk))),
    completion: JSON.stringify({
      ...COMPLETION,
      choices: [{ ...COMPLETION.choices[0], message: { content: 'hello' } }],
    }),
    lines: textChunks('hello')
      .map((chunk) => `${JSON.stringify(chunk)}\n`)
      .join(''),
  };
  for (const type of TYPES) {
    const headers = type === '' ? {} : { 'content-type': type };
    it(`is still an answer: ${type || 'no type'}`, async () => {
      const bodies = Object.values(BODIES);
      const rig = await startRig((_chat, index) => ({ headers, body: [bodies[index] ?? ''] }));
      for (const _ of bodies) {
        assert.equal(textIn(await responseOf(await rig.post({ model: 'm', input: 'hi' }))), 'hello');
      }
      await rig.stop();
    });

    it(`is still an error in the provider’s words: ${type || 'no type'}`, async () => {
      const error = { message: 'Model is being upgraded, use model-b', code: 'model_deprecated' };
      const bodies = [JSON.stringify({ error: { ...error, type: 'invalid_request_error' } }), error.message];
      const rig = await startRig((_chat, index) => ({ headers, body: [bodies[index] ?? ''] }));
      const refused = await errorOf(await rig.post({ model: 'm', input: 'hi' }));
      assert.equal(refused.code, 'invalid_prompt');
      assert.match(refused.message, /upgraded, use model-b/);
      const last = (await allEvents(await rig.post({ model: 'm', input: 'hi', stream: true }))).at(-1);
      assert.match((last?.type === 'response.failed' && last.response.error?.message) || '', /use model-b/);
      await rig.stop();
    });
  }
});
