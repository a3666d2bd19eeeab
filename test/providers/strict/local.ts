import { errorReply, reasoningChunks } from '../../support/scripted-upstream.ts';
import { assistants, callers, type StrictFamily } from './rules.ts';

type Check = NonNullable<StrictFamily['check']>;

const SAMPLING = [
  'max_tokens',
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'stream_options',
];

/** A chat template's own rules, by the model's name; those of llama.cpp may stand under any name. */
const template: Check = (body) => {
  const roles = body.messages.map(({ role }) => role).filter((role) => role !== 'system');
  const isDouble = roles.some((role, at) => role === 'user' && roles[at - 1] === 'user');
  const hasSeveral = callers(body).some(({ tool_calls = [] }) => tool_calls.length > 1);
  return [
    /mistral|devstral|gemma|any-alias/.test(body.model) &&
      isDouble &&
      'After the optional system message, conversation roles must alternate user/assistant',
    /llama-3|any-alias/.test(body.model) &&
      hasSeveral &&
      'This model only supports single tool-calls at once!',
  ];
};

/** The grammar of a format rules out tool calls. */
const formatOrTools: Check = (body) => [
  body.tools !== undefined &&
    body['response_format'] !== undefined &&
    'no tool can be called beside a response_format',
];

/** A model without thinking takes none of them: see `servers/ollama.ts`. */
const OLLAMA_EFFORTS: readonly unknown[] = [
  undefined,
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
];

/** Servers on the user's own machine; the model's chat template makes the rules. */
export const ollama: StrictFamily = {
  presets: ['ollama'],
  models: ['gpt-oss:20b', 'qwen3:32b', 'llama-3.1:8b', 'gemma3:27b'],
  fields: [...SAMPLING, 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body, headers) => [
    ...template(body, headers),
    ...formatOrTools(body, headers),
    !OLLAMA_EFFORTS.includes(body['reasoning_effort']) &&
      `invalid reasoning value: '${body['reasoning_effort']}'`,
    assistants(body).some(({ content, tool_calls }) => content === null && tool_calls === undefined) &&
      'invalid message content type: <nil>',
  ],
  think: (text) => reasoningChunks([text], 'reasoning'),
};

export const lmstudio: StrictFamily = {
  presets: ['lmstudio'],
  models: ['openai/gpt-oss-20b', 'mistralai/devstral-small'],
  fields: [...SAMPLING, 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning', 'reasoning_content'],
  responseFormats: ['json_schema'],
  check: (body, headers) => [
    ...template(body, headers),
    ...formatOrTools(body, headers),
    typeof body.tool_choice === 'object' &&
      "Invalid tool_choice type: 'object'. Supported string values: none, auto, required",
  ],
};

export const llamacpp: StrictFamily = {
  presets: ['llamacpp'],
  models: ['qwen3.6-27b', 'devstral-small-2', 'any-alias'],
  fields: [...SAMPLING, 'parallel_tool_calls', 'chat_template_kwargs', 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body, headers) => [
    ...template(body, headers),
    ...formatOrTools(body, headers),
    body['parallel_tool_calls'] === true && 'parallel calls, which the template may not know',
  ],
};

export const vllm: StrictFamily = {
  presets: ['vllm', 'openai-compatible'],
  models: [
    'Qwen/Qwen3.6-27B',
    'mistralai/Mistral-Small-4',
    'google/gemma-3-27b-it',
    'meta/llama-3.3-70b-instruct',
  ],
  fields: [...SAMPLING, 'parallel_tool_calls', 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning', 'reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body, headers) => [...template(body, headers), ...formatOrTools(body, headers)],
  think: (text) => reasoningChunks([text], 'reasoning'),
  refuse: (message) => errorReply(400, message, { type: 'BadRequestError' }),
};
