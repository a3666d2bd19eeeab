import type { JsonObject } from '../../../src/json.ts';
import { deltaChunk, finishChunk, jsonReply } from '../../support/scripted-upstream.ts';
import { callers, type StrictFamily, schemasOf } from './rules.ts';

const UNKNOWN = [
  '$schema',
  '$ref',
  '$defs',
  'additionalProperties',
  'propertyNames',
  'const',
  'examples',
  'exclusiveMinimum',
  'oneOf',
  'allOf',
];

/** Gemini's OpenAI endpoint: the first call of every step needs its thought signature. */
export const gemini: StrictFamily = {
  presets: ['gemini'],
  models: ['gemini-3.8-flash', 'gemini-3-flash-preview', 'gemini-2.5-pro'],
  fields: ['stream_options', 'max_tokens', 'temperature', 'top_p', 'reasoning_effort', 'response_format'],
  toolNames: /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
  responseFormats: ['json_object', 'json_schema'],
  schema: (parameters: JsonObject) => {
    const schemas = schemasOf(parameters);
    const unknown = UNKNOWN.find((name) => schemas.some((schema) => name in schema));
    if (unknown !== undefined)
      return `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`;
    return schemas.some(({ type }) => Array.isArray(type)) ? 'Proto field is not repeating' : undefined;
  },
  check: (body) => {
    const isOld = body.model.startsWith('gemini-2');
    const efforts =
      body.model === 'gemini-3-flash-preview'
        ? ['minimal', 'low', 'medium', 'high']
        : ['low', 'medium', 'high'];
    const effort = body['reasoning_effort'] as string | undefined;
    const unsigned = callers(body).some(({ tool_calls = [] }) => tool_calls[0]?.extra_content === undefined);
    return [
      effort !== undefined && !efforts.includes(effort) && `reasoning_effort: ${effort} is not supported`,
      !isOld && unsigned && 'Function call is missing a thought_signature in functionCall parts.',
      isOld &&
        body.tools !== undefined &&
        body['response_format'] !== undefined &&
        'Function calling with a response mime type is unsupported',
    ];
  },
  refuse: (message) => jsonReply([{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }], 400),
  think: (text) => [deltaChunk({ content: `<thought>${text}</tho` }), deltaChunk({ content: 'ught>' })],
  // Whole calls, all at index 0, the first one signed; the stream ends with "stop".
  call: (...calls) => [
    ...calls.map(({ id, name, arguments: args }, at) =>
      deltaChunk({
        tool_calls: [
          {
            index: 0,
            id,
            type: 'function',
            function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
            ...(at === 0 ? { extra_content: { google: { thought_signature: `c2ln${id}` } } } : {}),
          },
        ],
      }),
    ),
    finishChunk('stop'),
  ],
  idOf: (index) => `function-call-${index}`,
};
