import assert from 'node:assert/strict';
import { type Lesson, lessonsIn, withLessons } from '../../../../src/translate/request/lessons/learn.ts';
import type { ChatMessage, ChatRequest, ChatToolCall } from '../../../../src/wire/chat.ts';

const call = (id: string, given = '{"cmd":"ls"}'): ChatToolCall => ({
  id,
  type: 'function',
  function: { name: 'exec_command', arguments: given },
});

/** A conversation as Codex makes it: instructions, two user messages, an image, two calls at once. */
const MESSAGES: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Context.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Look.' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
    ],
  },
  {
    role: 'assistant',
    content: null,
    tool_calls: [call('call_first'), call('call_second', '{"cmd": "grep \\d"}')],
  },
  { role: 'tool', tool_call_id: 'call_first', content: 'one' },
  { role: 'tool', tool_call_id: 'call_second', content: [{ type: 'text', text: 'two' }] },
  { role: 'user', content: 'Go on.' },
  { role: 'assistant', content: 'Done.' },
];

const BODY: ChatRequest = {
  model: 'm',
  messages: MESSAGES,
  stream: true,
  stream_options: { include_usage: true },
  tools: Array.from({ length: 40 }, (_, index) => ({
    type: 'function' as const,
    function: {
      name: `tool_${index}`,
      parameters: {
        type: 'object',
        properties: { a: { $ref: '#/$defs/a' } },
        $defs: { a: { type: 'string', pattern: '^x' } },
      },
    },
  })),
  tool_choice: 'auto',
  parallel_tool_calls: true,
  max_tokens: 64_000,
  temperature: 0.1,
  top_p: 0.5,
  top_logprobs: 3,
  reasoning_effort: 'medium',
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
};

/** The body of a reply, as servers write it. */
const said = (message: string, more: object = {}) => JSON.stringify({ error: { message, ...more } });
const jinja = (words: string) =>
  said(
    `Unable to generate parser for this template. Automatic parser generation failed: \n------------\nWhile executing CallExpression at line 5, column 9\nError: Jinja Exception: ${words}`,
  );

const REFUSALS: [answer: string, refuses: string | string[]][] = [
  // in Chinese
  [said('该模型不支持图片输入'), 'images'],
  [said('messages 参数非法。角色信息不能为 system'), 'the role of the instructions'],
  [said('max_tokens 超出范围，应为 [1, 8192]'), 'max_tokens above 8192'],
  // the order of calls and outputs
  [
    said(
      'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
    ),
    'calls and outputs in this order',
  ],
  [
    said(
      'messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    ),
    'calls and outputs in this order',
  ],
  [
    said(
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
    ),
    'calls and outputs in this order',
  ],
  [
    said(
      "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    ),
    'calls and outputs in this order',
  ],
  // llama.cpp and the templates of models
  [
    jinja('Conversation roles must alternate user/assistant/user/assistant/...'),
    'neighbouring messages of one role',
  ],
  [
    jinja(
      'After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.',
    ),
    'neighbouring messages of one role',
  ],
  [jinja('This model only supports single tool-calls at once!'), 'several calls in one message'],
  [jinja('System role not supported'), 'the role of the instructions'],
  [jinja('Only user and assistant roles are supported!'), 'the role of the instructions'],
  [jinja('Tool role is not supported'), 'the tool role'],
  [
    said('image input is not supported - hint: if this is unexpected, you may need to provide the mmproj'),
    'images',
  ],
  [said('only references into the same document are supported: $ref'), 'parts of tool schemas'],
  [said('failed to parse grammar'), 'parts of tool schemas'],
  [
    said('Cannot have 2 or more assistant messages at the end of the list. Prefill is not supported.'),
    'an assistant message at the end',
  ],
  // vLLM
  [said('/models/x is not a multimodal model'), 'images'],
  [said('`logprobs` must be set to true when top_logprobs is set'), 'top_logprobs'],
  // Ollama
  [said('"m:latest" does not support thinking'), 'reasoning_effort'],
  [said('invalid message content type: <nil>'), 'empty messages'],
  [said('this model is missing data required for image input: image input is not supported'), 'images'],
  // llama-cpp-python, with status 500
  [
    said(
      "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}]",
    ),
    'response_format',
  ],
  [
    said(
      "[{'type': 'string_type', 'loc': ('body', 'messages', 3, 'typed-dict', 'content'), 'msg': 'Input should be a valid string', 'input': None}]",
    ),
    'empty messages',
  ],
  // hosted
  [
    said(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
    'max_tokens',
  ],
  [
    said('max_tokens is too large: 64000. This model supports at most 16384 completion tokens.', {
      code: 400,
    }),
    'max_tokens above 16384',
  ],
  [said('Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'), 'max_tokens above 8192'],
  [said('`max_tokens` must be less than or equal to `40,960`'), 'max_tokens above 40960'],
  [
    said(
      "Invalid 'tools': array too long. Expected an array with maximum length 32, but got an array with length 40 instead.",
    ),
    'more than 32 tools',
  ],
  [
    said(
      "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
    ),
    'temperature',
  ],
  [said('`temperature` and `top_p` cannot both be specified for this model.'), 'top_p'],
  [said('This model does not support parallel function calling'), 'several calls in one message'],
  [said('This model does not support response format json_schema'), 'response_format'],
  [said('Structured outputs are not supported by this model'), 'response_format'],
  [said('This model does not support temperature'), 'temperature'],
  [said('No endpoints found that support the provided "tool_choice" value.'), 'tool_choice'],
  [said("Unexpected role 'user' after role 'tool'"), 'a user message after an output'],
  [
    said('Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant'),
    'an assistant message at the end',
  ],
  [
    said(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    ),
    'an assistant message at the end',
  ],
  [said('System message must be at the beginning.'), []],
  [
    said('Input should be a valid string', { loc: ['messages', 2, 'content'], param: 'messages.2.content' }),
    'content as a list',
  ],
  [said('messages[2].content must be a string'), 'content as a list'],
  [
    said('Failed to deserialize the JSON body: messages[2]: unknown variant `image_url`, expected `text`'),
    'images',
  ],
  [
    said('invalid type: string "x", expected a sequence, messages[0].content must be an array'),
    'content as text',
  ],
  [
    said('thinking is enabled but reasoning_content is missing in assistant tool call message at index 3'),
    'assistant messages without reasoning',
  ],
  [
    said('The `reasoning_content` in the thinking mode must be passed back to the API.'),
    'assistant messages without reasoning',
  ],
  [said('Function call is missing a thought_signature in functionCall parts.'), 'calls without a signature'],
  [said('Tool call id was call_first but must be a-z, A-Z, 0-9, with a length of 9.'), 'ids of calls'],
  [
    said(
      'Invalid JSON payload received. Unknown name "pattern" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
    ),
    'parts of tool schemas',
  ],
  [
    JSON.stringify({
      detail: [
        { loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' },
        { loc: ['body', 'tool_choice'], msg: 'Extra inputs are not permitted' },
      ],
    }),
    ['stream_options', 'tool_choice'],
  ],
  [JSON.stringify({ error: said('This model does not support image input') }), 'images'],
  [said('Unsupported image format: image/heic'), 'an image'],
  [said('Failed to download image from https://example.com/x.png'), 'an image'],
  [said('At most 1 image(s) may be provided in one prompt.'), 'an image'],
  [
    said('Failed to parse tool call arguments as JSON: [json.exception.parse_error.101]'),
    'arguments that are no JSON',
  ],
  [said('invalid tool call arguments'), 'arguments that are no JSON'],
  // about something else
  [said('Internal server error'), []],
  [said('Unsupported parameter: foo'), []],
  [said('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'), []],
  [said('registry.ollama.ai/library/m:latest does not support tools'), []],
  [said('This model is deprecated, use an alternative model'), []],
  [said('The content filter stopped this; a review is required'), []],
  [said('Tool call validation failed: parameters for tool x did not match schema'), []],
  [said('Failed to call a function.', { failed_generation: 'temperature is not supported' }), []],
  [said('CUDA out of memory'), []],
  ['<html><title>502 Bad Gateway</title></html>', []],
  ['', []],
  // Named by what it does, in other words.
  [said('Reasoning level high is not supported'), 'reasoning_effort'],
  [said('This model does not support effort control'), 'reasoning_effort'],
  [said('JSON schema mode is not supported'), 'response_format'],
  [said('Guided decoding is not supported on this backend'), 'response_format'],
  [said('Calling several functions at once is not supported'), 'parallel_tool_calls'],
  [said('Only temperature=1 is allowed'), 'temperature'],
  [said('Nucleus sampling is not supported'), 'top_p'],
  [said('Log probabilities are not supported'), 'top_logprobs'],
  [said('Streaming usage is not supported'), 'stream_options'],
  [said('Forcing a tool is not supported'), 'tool_choice'],
  [said('The output length must be at most 8192'), 'max_tokens above 8192'],
  [said('maxOutputTokens must be in (0, 8192]'), 'max_tokens above 8192'],
  [said('You may define up to 32 functions'), 'more than 32 tools'],
  [said('A maximum of 32 tool declarations is supported'), 'more than 32 tools'],
  [said('lookahead is not supported in pattern'), 'parts of tool schemas'],
  [
    said("Invalid value: 'system'. Supported values are: 'assistant', 'user'"),
    'the role of the instructions',
  ],
  [said('messages[0].role must be one of: user, assistant, tool'), 'the role of the instructions'],
  [said('Two user turns in sequence are not allowed'), 'neighbouring messages of one role'],
  [said('Expected assistant after user'), 'neighbouring messages of one role'],
  [said('No image support'), 'images'],
  [said('image_url is not a valid content type'), 'images'],
  [said('assistant message must have content'), 'empty messages'],
];

describe('what a refusal teaches', () => {
  for (const [answer, refuses] of REFUSALS) {
    it(`${refuses || 'nothing'}: ${answer.slice(0, 120)}`, () => {
      const lessons = lessonsIn(BODY, answer, []);
      assert.deepEqual(
        lessons.map((lesson) => lesson.refuses),
        [refuses].flat(),
      );
      for (const { change } of lessons) assert.notEqual(change(BODY), BODY);
    });
  }

  it('is nothing if the request does not contain what is refused', () => {
    const body: ChatRequest = { model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true };
    const others = REFUSALS.filter(([, refuses]) => refuses !== 'content as text');
    for (const [answer] of others) assert.deepEqual(lessonsIn(body, answer, []), [], answer);
  });

  it('ends: the same refusal teaches one step after the other, and then nothing', () => {
    for (const [answer] of REFUSALS) {
      const known: Lesson[] = [];
      let body = BODY;
      for (let steps = 0; ; steps++) {
        const lessons = lessonsIn(body, answer, known);
        if (lessons.length === 0) break;
        assert.ok(steps < 8, answer);
        known.push(...lessons);
        body = withLessons(body, lessons);
      }
    }
  });

  it('gives the same bytes each time, and the same object if it is applied to its own result', () => {
    for (const [answer] of REFUSALS) {
      const lessons = lessonsIn(BODY, answer, []);
      const once = withLessons(BODY, lessons);
      assert.equal(JSON.stringify(withLessons(BODY, lessons)), JSON.stringify(once));
      assert.equal(JSON.stringify(withLessons(once, lessons)), JSON.stringify(once), answer);
    }
  });

  it('keeps the text of every message', () => {
    for (const [answer, refuses] of REFUSALS) {
      const text = JSON.stringify(withLessons(BODY, lessonsIn(BODY, answer, [])).messages);
      for (const words of [
        'Be brief.',
        'Context.',
        'Look.',
        'exec_command',
        'one',
        'two',
        'Go on.',
        'Done.',
      ]) {
        assert.ok(text.includes(words), `${refuses}: ${words}`);
      }
    }
  });

  it('renames the limit on the answer once, then leaves it out', () => {
    const first = lessonsIn(BODY, said("Unknown field 'max_tokens' is not supported"), []);
    const renamed = withLessons(BODY, first);
    assert.deepEqual([renamed['max_tokens'], renamed['max_completion_tokens']], [undefined, 64_000]);
    const second = lessonsIn(renamed, said("Unknown field 'max_completion_tokens' is not supported"), first);
    assert.deepEqual(
      second.map(({ cure }) => cure),
      ['left out'],
    );
    const { max_completion_tokens: limit } = withLessons(renamed, second);
    assert.equal(limit, undefined);
  });

  it('lowers the limit on the answer, and never raises one that is lower', () => {
    const [lesson] = lessonsIn(BODY, said('max_tokens is too large, at most 8192'), []);
    assert.equal(lesson?.change(BODY)['max_tokens'], 8192);
    const small = { ...BODY, max_tokens: 9 };
    assert.equal(lesson?.change(small), small);
  });
});
