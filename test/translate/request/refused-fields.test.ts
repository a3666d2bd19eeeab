import assert from 'node:assert/strict';
import { refusedFields, withoutFields } from '../../../src/translate/request/refused-fields.ts';
import type { ChatRequest } from '../../../src/wire/chat.ts';

const BODY: ChatRequest = {
  model: 'm',
  messages: [
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: 'a',
      reasoning_content: 'r',
      tool_calls: [
        {
          id: 'c',
          type: 'function',
          function: { name: 'n', arguments: '{}' },
          extra_content: { google: {} },
        },
      ],
    },
  ],
  stream: true,
  stream_options: { include_usage: true },
  tools: [
    { type: 'function', function: { name: 'n', parameters: {}, strict: true } },
    { type: 'browser_search' },
  ],
  tool_choice: 'required',
  max_tokens: 5,
  reasoning_effort: 'xhigh',
  reasoning: { effort: 'high' },
  presence_penalty: 1,
  parallel_tool_calls: true,
  store: false,
  response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
};

/** What providers really say (dialect facts, 2026-11), and what it names. */
const COMPLAINTS: [error: string, fields: string[]][] = [
  [
    `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens"}}`,
    ['max_tokens'],
  ],
  ['{"error":{"message":"Unrecognized request argument supplied: stream_options"}}', ['stream_options']],
  ['{"error":{"message":"Extra inputs are not permitted, field: \'store\', value: False"}}', ['store']],
  [
    '{"message":{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"]},{"type":"extra_forbidden","loc":["body","store"]}]}}',
    ['stream_options', 'store'],
  ],
  [
    '[{"error":{"message":"Invalid JSON payload received. Unknown name \\"parallel_tool_calls\\": Cannot find field."}}]',
    ['parallel_tool_calls'],
  ],
  ['{"error":{"message":"Thinking mode does not support this tool_choice"}}', ['tool_choice']],
  ['{"error":{"code":"1214","message":"Tool choice must be auto"}}', ['tool_choice']],
  ['{"code":"x","error":"Argument not supported on this model: presencePenalty"}', ['presence_penalty']],
  [
    '{"error":{"message":"Invalid value: \'xhigh\'. Supported values are: \'low\'.","param":"reasoning_effort"}}',
    ['reasoning_effort'],
  ],
  ['{"error":{"message":"json mode cannot be combined with tool/function calling"}}', ['response_format']],
  ['{"error":{"message":"This response_format type is unavailable now"}}', ['response_format']],
  [
    '{"error":{"message":"messages.1.reasoning_content: Extra inputs are not permitted"}}',
    ['reasoning_content'],
  ],
  ['{"error":{"message":"tool type \'browser_search\' is not supported"}}', ['browser_search']],
  ['{"error":{"message":"Unknown parameter: reasoning"}}', ['reasoning']],
  ['{"error":{"message":"Unrecognized request argument supplied: store"}}', ['store']],
  ['{"error":{"message":"`strict` is not supported"}}', ['strict']],
  ...[
    "[{'type': 'extra_forbidden', 'loc': ('body', 'tools', 0, 'function', 'strict'), 'msg': 'Extra inputs are not permitted'}]",
    'tools.0.function.strict: Extra inputs are not permitted',
    "Unknown parameter: 'tools[0].function.strict'.",
    'Invalid property /tools/0/function/strict: additional properties not allowed',
    'tools[0].function: unknown field `strict`, expected one of `name`, `description`, `parameters`',
  ].map((message): [string, string[]] => [JSON.stringify({ error: { message } }), ['strict']]),
  ...[
    'store: Extra inputs are not permitted',
    '不支持 store',
    'store 参数非法',
    '参数“store”无效',
    'パラメータ store はサポートされていません',
    'store 매개변수는 지원되지 않습니다',
    "Le paramètre « store » n'est pas pris en charge",
    "Der Parameter 'store' wird nicht unterstützt",
    "El parámetro 'store' no es compatible",
  ].map((message): [string, string[]] => [JSON.stringify({ error: { message } }), ['store']]),
  ['{"error":{"message":"不支持参数 parallel_tool_calls","code":"1210"}}', ['parallel_tool_calls']],
  ['{"code":20012,"message":"该模型不支持 response_format","data":null}', ['response_format']],
  ['{"error":{"message":"tool_choice 参数非法：当前模型仅支持 auto"}}', ['tool_choice']],
  ['{"error":{"message":"当前模型不支持思考模式","code":"1214"}}', ['reasoning_effort', 'reasoning']],
  ['{"error":{"message":"This model does not support a presence penalty"}}', ['presence_penalty']],
  [
    '{"error":{"message":"The value of the reasoning_effort parameter is restricted to high."}}',
    ['reasoning_effort'],
  ],
  ['{"error":{"message":"`max_tokens` may only be set by the server"}}', ['max_tokens']],
  ['{"error":{"message":"tools[1].type: Input should be \'function\'"}}', ['browser_search']],
  [
    '{"error":{"message":"Unsupported tool type at index 1: only function tools are supported"}}',
    ['browser_search'],
  ],
];

const OTHERS = [
  '{"error":{"message":"The `reasoning_content` in the thinking mode must be passed back to the API."}}',
  '{"error":{"message":"thinking is enabled but reasoning_content is missing in assistant tool call message"}}',
  '{"error":{"message":"Unsupported value in messages[1].content"}}',
  '{"error":{"message":"reasoning about tools is not supported in your region"}}',
  '{"error":{"message":"model not supported"}}',
  '{"error":{"message":"See https://docs.example.com/api/store: that model is not supported"}}',
  '{"error":{"message":"余额不足，无法使用"}}',
  '<html>Bad Request</html>',
  '',
];

describe('refusedFields', () => {
  for (const [error, fields] of COMPLAINTS) {
    it(`finds ${fields} in ${error.slice(0, 90)}`, () => {
      assert.deepEqual(refusedFields(BODY, error).toSorted(), fields.toSorted());
    });
  }

  for (const error of OTHERS) {
    it(`finds nothing in ${error.slice(0, 90)}`, () => assert.deepEqual(refusedFields(BODY, error), []));
  }

  it('finds only what the request has', () => {
    const { tool_choice: _, ...body } = BODY;
    assert.deepEqual(
      refusedFields(body as ChatRequest, 'Thinking mode does not support this tool_choice'),
      [],
    );
  });
});

describe('withoutFields', () => {
  it('drops fields of the body, of messages, of calls and of tools', () => {
    const body = withoutFields(BODY, [
      'store',
      'reasoning_content',
      'extra_content',
      'strict',
      'browser_search',
    ]);
    assert.equal('store' in body, false);
    assert.deepEqual(body.messages[1], {
      role: 'assistant',
      content: 'a',
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'n', arguments: '{}' } }],
    });
    assert.deepEqual(body.tools, [{ type: 'function', function: { name: 'n', parameters: {} } }]);
  });

  it('returns a request without them unchanged', () => {
    const body: ChatRequest = { model: 'm', messages: [], stream: true };
    assert.equal(withoutFields(body, []), body);
    assert.deepEqual(withoutFields(body, ['store', 'browser_search', 'response_format']), body);
  });
});
