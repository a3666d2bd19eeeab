/** Bodies of replies as gateways and servers really send them, from the bytes to the answer, however they are cut. */
import assert from 'node:assert/strict';
import { ChatStreamReader } from '../../../src/relay/exchange/chat-stream.ts';
import type { ChatChunk } from '../../../src/wire/chat.ts';
import { outputOf, usageOf } from '../../support/output-line.ts';
import { eventsOf, PROFILE, streamFor } from '../../support/translating.ts';

type Row = [what: string, body: string | readonly unknown[], output: string];

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const CALL = { index: 0, id: 'c', type: 'function', function: { name: 'run', arguments: '{"x":1}' } };
const CALLED = 'c:run{"x":1}';
const HELLO = 'message(Hello) 10+5';

const json = (value: unknown) => JSON.stringify(value);
const delta = (fields: object, more: object = {}) => ({
  id: 'a',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: fields, finish_reason: null, ...more }],
});
const say = (content: unknown) => delta({ content });
const end = (finish_reason: unknown = 'stop', more: object = {}) => ({
  ...delta({}, { finish_reason }),
  ...more,
});
const whole = (message: object, more: object = {}) => ({
  id: 'a',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  usage: USAGE,
  ...more,
});
const HEL_LO = [say('Hel'), say('lo')];
const ANSWER = [...HEL_LO, end('stop', { usage: USAGE })];
/** The last chunk has its reason elsewhere. */
const endingWith = (fields: object, more: object = {}) => [...HEL_LO, { ...delta({}, fields), ...more }];

/** Chunks as an event stream. */
function bodyOf(sent: string | readonly unknown[]): string {
  if (typeof sent === 'string') return sent;
  return `${sent.map((chunk) => `data: ${json(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}

/** Everything a body of these bytes says, in pieces of this many. */
function chunksOf(body: string, pieceSize: number): ChatChunk[] {
  const reader = new ChatStreamReader(PROFILE);
  const bytes = Buffer.from(body);
  const chunks: ChatChunk[] = [];
  for (let at = 0; at < bytes.length && !reader.isDone; at += pieceSize)
    chunks.push(...reader.feed(bytes.subarray(at, at + pieceSize)));
  chunks.push(...reader.end());
  assert.equal(reader.problem?.message, undefined);
  const isFinished = chunks.some(({ choices }) => choices?.some(({ finish_reason }) => finish_reason));
  return isFinished ? chunks : [...chunks, ...reader.lastWords];
}

function understands(rows: readonly Row[]): void {
  for (const [what, sent, output] of rows) {
    it(`is understood: ${what}`, () => {
      for (const size of [1, 7, 100_000]) {
        const chunks = chunksOf(bodyOf(sent), size);
        const usage = usageOf(chunks);
        const line = output.includes('+') ? `${outputOf(chunks)} ${usage}` : outputOf(chunks);
        assert.equal(line, output, `pieces of ${size}`);
      }
    });
  }
}

describe('an answer in an envelope', () => {
  understands([
    ...['data', 'result', 'response', 'output', 'body', 'payload', 'anything'].flatMap((name): Row[] => [
      [`a completion under "${name}"`, json({ [name]: whole({ content: 'Hello' }) }), HELLO],
      [`chunks under "${name}"`, ANSWER.map((chunk) => ({ [name]: chunk })), HELLO],
    ]),
    [
      'with a code and a word for success',
      json({ code: 0, msg: 'success', data: whole({ content: 'Hello' }) }),
      HELLO,
    ],
    [
      'with status 200 and a message beside each chunk',
      ANSWER.map((data) => ({ code: '200', message: 'OK', success: true, data })),
      HELLO,
    ],
    [
      "Cloudflare's",
      json({ result: whole({ content: 'Hello' }), success: true, errors: [], messages: [] }),
      HELLO,
    ],
    [
      "Tencent's, in capitals",
      json({
        Response: {
          Choices: [{ FinishReason: 'stop', Message: { Role: 'assistant', Content: 'Hello' } }],
          Usage: { PromptTokens: 10, CompletionTokens: 5, TotalTokens: 15 },
          RequestId: 'x',
        },
      }),
      HELLO,
    ],
    [
      "DashScope's, with messages that grow and usage beside them",
      [
        {
          output: { choices: [{ message: { role: 'assistant', content: 'Hel' }, finish_reason: 'null' }] },
          usage: { input_tokens: 10, output_tokens: 1, total_tokens: 11 },
        },
        {
          output: { choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }] },
          usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
        },
      ],
      HELLO,
    ],
    ['as text', json({ code: 0, data: json(whole({ content: 'Hello' })) }), HELLO],
    ['in a list of one', json({ data: [whole({ content: 'Hello' })] }), HELLO],
    ['within another', json({ data: { response: whole({ content: 'Hello' }) } }), HELLO],
    ['a chunk a line', ANSWER.map((data) => json({ data })).join('\n'), HELLO],
    [
      'with the usage outside',
      [...[...HEL_LO, end()].map((data) => ({ data })), { data: { choices: [] }, usage: USAGE }],
      HELLO,
    ],
    [
      'with an error',
      [{ data: say('Hel') }, { data: { error: { message: 'no' } } }],
      '[failed upstream_error]',
    ],
    [
      'that is empty, and says why',
      json({ code: 1113, msg: 'no money', data: null, success: false }),
      '[failed upstream_error]',
    ],
    [
      "Ollama's own",
      [
        { message: { role: 'assistant', content: 'Hel' }, done: false },
        { message: { role: 'assistant', content: 'lo' }, done: false },
        {
          message: { role: 'assistant', content: '' },
          done: true,
          done_reason: 'stop',
          prompt_eval_count: 10,
          eval_count: 5,
        },
      ]
        .map(json)
        .join('\n'),
      HELLO,
    ],
    [
      'beside an error that is none',
      json({ error: {}, error_code: 0, data: whole({ content: 'Hello' }) }),
      HELLO,
    ],
    ['of a function in the cloud', json({ statusCode: 200, body: json(whole({ content: 'Hello' })) }), HELLO],
    [
      'none, with choices under their numbers',
      [
        { choices: { 0: { delta: { content: 'Hello' } } } },
        { choices: { 0: { delta: {}, finish_reason: 'stop' } } },
      ],
      'message(Hello)',
    ],
    [
      'none, with a single choice for the list',
      [
        { choices: { index: 0, delta: { content: 'Hello' } } },
        { choices: { index: 0, delta: {}, finish_reason: 'stop' } },
      ],
      'message(Hello)',
    ],
  ]);
});

describe('the end of an answer', () => {
  const NAMES: [name: string, word: string][] = [
    ['finishReason', 'STOP'],
    ['FinishReason', 'stop'],
    ['stop_reason', 'end_turn'],
    ['stopReason', 'end_turn'],
    ['done_reason', 'stop'],
    ['finish_reason', 'end_turn'],
  ];
  understands([
    ...NAMES.flatMap(([name, word]): Row[] => [
      [`${name} of the choice`, endingWith({ finish_reason: undefined, [name]: word }), 'message(Hello)'],
      [`${name} in the delta`, [...HEL_LO, delta({ [name]: word })], 'message(Hello)'],
      [`${name} without choices`, [...HEL_LO, { [name]: word }], 'message(Hello)'],
    ]),
    ...NAMES.filter(([name]) => name !== 'FinishReason').map(
      ([name, word]): Row => [`${name} of the chunk`, endingWith({}, { [name]: word }), 'message(Hello)'],
    ),
    ['a limit by another name', endingWith({ stop_reason: 'max_tokens' }), 'message(Hello) [incomplete ]'],
    ['a filter by another name', endingWith({ finishReason: 'SAFETY' }), 'message(Hello) [incomplete ]'],
    [
      'a call by another name',
      [delta({ tool_calls: [CALL] }), ...endingWith({ stop_reason: 'tool_use' }).slice(2)],
      CALLED,
    ],
    ['an object', endingWith({ finish_reason: { type: 'stop' } }), 'message(Hello)'],
    [
      "vLLM's stop_reason, which is a token or the text that stopped it",
      endingWith({ finish_reason: 'stop', stop_reason: 151645 }),
      'message(Hello)',
    ],
    [
      'none while every chunk says that it is none',
      ['FINISH_REASON_UNSPECIFIED', 'null', 'in_progress', 'NOT_FINISHED', ''].map((finish_reason) =>
        delta({ content: 'x' }, { finish_reason }),
      ),
      '[failed upstream_error]',
    ],
  ]);
});

describe('an answer in another place', () => {
  const calling = (fields: object) => [delta(fields), end('tool_calls')];
  const { index, id } = CALL;
  const args = { x: 1 };
  const THINKING = [
    ...['thinking_content', 'reasoningContent', 'thoughts', 'reasoning_summary', 'think', 'chain_of_thought'],
    ...['reasoning_delta', 'thinkingContent', 'thought_content', 'Reasoning_Content'],
  ];
  understands([
    [
      'text in the choice, as old completions have it',
      [
        { object: 'text_completion', choices: [{ index: 0, text: 'Hel', finish_reason: null }] },
        { object: 'text_completion', choices: [{ index: 0, text: 'lo', finish_reason: 'stop' }] },
      ],
      'message(Hello)',
    ],
    ['text under its type', [delta({ text: 'Hel' }), delta({ text: 'lo' }), end()], 'message(Hello)'],
    [
      'a choice without a delta',
      [{ choices: [{ index: 0, role: 'assistant', content: 'Hello', finish_reason: 'stop' }] }],
      'message(Hello)',
    ],
    ...THINKING.map(
      (name): Row => [
        `thinking as ${name}`,
        [delta({ [name]: 'a ' }), delta({ [name]: 'b' }), say('c'), end()],
        'reasoning(a b) message(c)',
      ],
    ),
    [
      'the same thinking under two names, one of them unknown',
      [
        delta({ reasoning_content: 'a ', thinking_content: 'a ' }),
        delta({ reasoning_content: 'b', thinking_content: 'b' }),
        say('c'),
        end(),
      ],
      'reasoning(a b) message(c)',
    ],
    [
      "thinking among the parts of the content, as Bedrock's API has it",
      [delta({ content: [{ reasoningContent: { reasoningText: { text: 'a b' } } }, { text: 'c' }] }), end()],
      'reasoning(a b) message(c)',
    ],
    [
      "parts, as Gemini's API has them",
      [delta({ content: { parts: [{ text: 'a b', thought: true }, { text: 'c' }] } }), end()],
      'reasoning(a b) message(c)',
    ],
    [
      'thinking in a part that is named like the field',
      [delta({ content: [{ type: 'reasoning_content', reasoning_content: 'a b' }] }), say('c'), end()],
      'reasoning(a b) message(c)',
    ],
    [
      "a call among the parts of the content, as Bedrock's API has it",
      calling({ content: [{ toolUse: { toolUseId: id, name: 'run', input: args } }] }),
      CALLED,
    ],
    ['calls in camel case', calling({ toolCalls: [CALL] }), CALLED],
    ['a call alone', calling({ tool_call: CALL }), CALLED],
    [
      'calls under their numbers',
      calling({ tool_calls: { 0: CALL, 1: { ...CALL, index: 1, id: 'd' } } }),
      `${CALLED} d:run{"x":1}`,
    ],
    [
      'calls beside the delta',
      [delta({ content: null }, { tool_calls: [CALL], finish_reason: 'tool_calls' })],
      CALLED,
    ],
    ...['parameters', 'input', 'args'].flatMap((name): Row[] => [
      [
        `arguments as ${name} of the function`,
        calling({ tool_calls: [{ index, id, function: { name: 'run', [name]: args } }] }),
        CALLED,
      ],
      [
        `arguments as ${name} of the call`,
        calling({ tool_calls: [{ index, id, name: 'run', [name]: args }] }),
        CALLED,
      ],
    ]),
    [
      "a call among the parts of the content, as Anthropic's API has it",
      calling({
        content: [
          { type: 'text', text: 'a' },
          { type: 'tool_use', id, name: 'run', input: args },
        ],
      }),
      `message(a) ${CALLED}`,
    ],
    [
      'a whole completion of such parts',
      json(whole({ content: [{ type: 'tool_use', id, name: 'run', input: args }] })),
      CALLED,
    ],
    [
      "a call among the parts of the content, as Gemini's API has it",
      calling({ content: [{ functionCall: { id, name: 'run', args } }] }),
      CALLED,
    ],
    [
      'parts that repeat the calls',
      calling({ content: [{ type: 'tool_use', id, name: 'run', input: args }], tool_calls: [CALL] }),
      CALLED,
    ],
    [
      'numbers where texts should be',
      [say(4), say(2), delta({ content: 0, reasoning: null }), end()],
      'message(420)',
    ],
    [
      'errors that are none beside each delta',
      [
        { ...say('Hel'), error: { code: 0, message: 'success' } },
        { ...say('lo'), error: 'none', base_resp: { status_code: '0', status_msg: 'success' } },
        { ...end(), error: '' },
      ],
      'message(Hello)',
    ],
    ['a refusal that is an object', [delta({ refusal: { text: 'No' } }), end()], 'message(No)'],
    [
      'a refusal that is a list of parts',
      [delta({ refusal: [{ type: 'refusal', refusal: 'No' }] }), end()],
      'message(No)',
    ],
    ['usage in a list', [...HEL_LO, end('stop', { usage: [USAGE] })], HELLO],
    ['usage as text', [...HEL_LO, end('stop', { usage: json(USAGE) })], HELLO],
  ]);
});

describe('an error in the middle of an answer, or in its place', () => {
  const WORDS = 'The model is at capacity at its limit';
  const ENVELOPES: Readonly<Record<string, object>> = {
    "OpenAI's": { error: { message: WORDS, type: 'server_error' } },
    'a text': { error: WORDS },
    "OpenRouter's": {
      error: { code: 502, message: WORDS },
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
    },
    "vLLM's": { object: 'error', message: WORDS, type: 'InternalServerError', code: 500 },
    "FastAPI's": { detail: WORDS },
    "FastAPI's, around another": { detail: { error: { message: WORDS } } },
    "AWS's": { message: WORDS, __type: 'ServiceException' },
    "Bedrock's in a stream": { internalServerException: { message: WORDS } },
    "MiniMax's": { base_resp: { status_code: 1002, status_msg: WORDS } },
    "MiniMax's, with its number as text": { base_resp: { status_code: '1002', status_msg: WORDS } },
    "MiniMax's beside choices": {
      choices: [{ index: 0, delta: { content: '' } }],
      base_resp: { status_code: 1002, status_msg: WORDS },
    },
    "Baidu's": { error_code: 336100, error_msg: WORDS },
    "Tencent's": { Response: { Error: { Code: 'FailedOperation', Message: WORDS }, RequestId: 'x' } },
    "Tencent's in a stream": { ErrorMsg: { Msg: WORDS, Code: 400 } },
    "DashScope's": { code: 'ServiceFault', message: WORDS, request_id: 'r' },
    "Spring's": { status: 500, error: 'Internal Server Error', message: WORDS, path: '/v1' },
    "Anthropic's": { type: 'error', error: { type: 'overloaded_error', message: WORDS } },
    "Cloudflare's": { result: null, success: false, errors: [{ code: 1, message: WORDS }] },
    "Cohere's": { type: 'error', data: { message: WORDS } },
    "Apigee's": { fault: { faultstring: WORDS, detail: { errorcode: 'x' } } },
    "Groq's": { x_groq: { error: WORDS }, choices: [] },
    'in a choice': { choices: [{ index: 0, delta: {}, error: { message: WORDS }, finish_reason: 'error' }] },
    'in a delta': { choices: [{ index: 0, delta: { error: { message: WORDS } } }] },
    'a state': { status: 'failed', error_message: WORDS },
    'a failure': { success: false, msg: WORDS },
    'a code': { errcode: 5, errmsg: WORDS },
    'an exception': { exception: WORDS },
    'a list': { error: [{ message: WORDS }] },
    'within another, as text': { error: { message: json({ error: { message: WORDS } }) } },
    'within another': { data: { error: { message: WORDS } } },
  };
  const wordsOf = (body: string, size: number) => {
    const stream = streamFor();
    eventsOf(stream, chunksOf(body, size));
    return stream.error?.message ?? '';
  };
  for (const [what, error] of Object.entries(ENVELOPES)) {
    it(`is told in the provider's words: ${what}`, () => {
      const event = `data: ${json(error)}\n\n`;
      const begun = `data: ${json(say('Hel'))}\n\n`;
      for (const body of [
        begun + event,
        `${begun + event}data: [DONE]\n\n`,
        `${begun + event}data: ${json(end())}\n\n`,
        json(error),
        `${begun}event: error\n${event}`,
      ])
        for (const size of [1, 7, 100_000]) assert.match(wordsOf(body, size), /capacity at its limit/, body);
    });
  }

  const WELL = [
    { code: 0, message: 'ok' },
    { code: 200, msg: 'processing' },
    { status_code: 202, message: 'queued' },
    { errcode: 0, errmsg: 'ok' },
    { error_code: '0', error_msg: 'success' },
    { status: 'ok', message: 'queued' },
    { success: true, message: 'done' },
    { type: 'ping' },
    { type: 'heartbeat', message: 'still here' },
    { error: null, errors: [], exception: null },
    { error: '', data: null },
    { object: 'chat.completion.chunk', metadata: { errors: 0 } },
  ];
  it('is found, and nothing fails, where a field hides behind its own toString', () => {
    const odd = { toString: 1, valueOf: 1, toJSON: 1 };
    for (const sent of [
      { object: odd, type: odd, status: odd, base_resp: { status_code: odd } },
      delta({ content: [{ type: odd, name: 'run' }], reasoning: odd }, { error: odd }),
      { code: odd, message: odd },
    ])
      assert.match(
        outputOf(chunksOf(bodyOf([say('Hello'), sent, end()]), 100_000)),
        /^message\(Hello\)|^\[failed/,
      );
  });

  for (const sent of WELL) {
    it(`is not what says that all is well: ${json(sent)}`, () => {
      const chunks = chunksOf(bodyOf([say('Hel'), sent, say('lo'), sent, end(), sent]), 7);
      assert.equal(outputOf(chunks), 'message(Hello)');
    });
  }
});
