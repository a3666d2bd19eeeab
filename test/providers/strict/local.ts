import { errorReply, reasoningChunks } from '../../support/scripted-upstream.ts';
import type { StrictFamily } from './rules.ts';

const SAMPLING = [
  'max_tokens',
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'stream_options',
];

/** Servers on the user's own machine; the model's chat template makes the rules. */
export const ollama: StrictFamily = {
  presets: ['ollama'],
  models: ['gpt-oss:20b', 'qwen3:32b'],
  fields: [...SAMPLING, 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => [
    ![undefined, 'none', 'low', 'medium', 'high', 'max'].includes(body['reasoning_effort'] as string) &&
      `invalid reasoning value: '${body['reasoning_effort']}'`,
  ],
  think: (text) => reasoningChunks([text], 'reasoning'),
};

export const lmstudio: StrictFamily = {
  presets: ['lmstudio'],
  models: ['openai/gpt-oss-20b', 'mistralai/devstral-small'],
  fields: [...SAMPLING, 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning', 'reasoning_content'],
  responseFormats: ['json_schema'],
  check: (body) => [
    typeof body.tool_choice === 'object' &&
      "Invalid tool_choice type: 'object'. Supported string values: none, auto, required",
  ],
};

/** A template with strict alternation, as Mistral's own. */
const alternates: StrictFamily['check'] = (body) => {
  if (!/mistral|devstral/.test(body.model)) return [];
  const roles = body.messages.map(({ role }) => role).filter((role) => role !== 'system');
  const isDouble = roles.some((role, at) => role === 'user' && roles[at - 1] === 'user');
  return [isDouble && 'After the optional system message, conversation roles must alternate user/assistant'];
};

export const llamacpp: StrictFamily = {
  presets: ['llamacpp'],
  models: ['qwen3.6-27b', 'devstral-small-2'],
  fields: [...SAMPLING, 'parallel_tool_calls', 'chat_template_kwargs', 'response_format'],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: alternates,
};

export const vllm: StrictFamily = {
  presets: ['vllm', 'openai-compatible'],
  models: ['Qwen/Qwen3.6-27B', 'mistralai/Mistral-Small-4'],
  fields: [...SAMPLING, 'parallel_tool_calls', 'reasoning_effort', 'response_format', 'top_logprobs'],
  assistantFields: ['reasoning', 'reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: alternates,
  think: (text) => reasoningChunks([text], 'reasoning'),
  refuse: (message) => errorReply(400, message, { type: 'BadRequestError' }),
};
