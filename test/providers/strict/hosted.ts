import { jsonReply, reasoningChunks } from '../../support/scripted-upstream.ts';
import { callers, type StrictFamily } from './rules.ts';

const SAMPLING = [
  'max_tokens',
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'stream_options',
];

/** Hosts of open models. */
export const together: StrictFamily = {
  presets: ['together'],
  models: ['openai/gpt-oss-120b', 'zai-org/GLM-5.3', 'moonshotai/Kimi-K3', 'Qwen/Qwen3.6-Plus'],
  fields: [...SAMPLING, 'parallel_tool_calls', 'reasoning', 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning', 'reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  think: (text) => reasoningChunks([text], 'reasoning'),
};

export const fireworks: StrictFamily = {
  presets: ['fireworks'],
  models: [
    'accounts/fireworks/models/kimi-k3',
    'accounts/fireworks/models/glm-5p3',
    'accounts/fireworks/models/qwen3p8-max',
  ],
  fields: [...SAMPLING, 'reasoning_effort', 'response_format', 'context_length_exceeded_behavior'],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const efforts = body.model.includes('qwen') ? ['low', 'medium', 'xhigh'] : ['low', 'high', 'max'];
    const effort = body['reasoning_effort'] as string | undefined;
    return [
      effort !== undefined && !efforts.includes(effort) && `reasoning_effort: ${effort} is invalid`,
      body.tool_choice === 'required' && "tool_choice: 'required' is invalid, use 'any'",
      body.model.includes('kimi-k3') &&
        callers(body).some((message) => !message.reasoning_content) &&
        'reasoning_content is missing',
    ];
  },
  refuse: (message) =>
    jsonReply(
      { error: { object: 'error', type: 'invalid_request_error', code: 'invalid_request_error', message } },
      400,
    ),
};

export const cerebras: StrictFamily = {
  presets: ['cerebras'],
  models: ['gpt-oss-120b', 'qwen-3.8-27b', 'zai-glm-5.2'],
  fields: [
    'stream_options',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'frequency_penalty',
    'presence_penalty',
    'parallel_tool_calls',
    'prompt_cache_key',
    'service_tier',
    'reasoning_effort',
    'clear_thinking',
    'response_format',
  ],
  assistantFields: ['reasoning'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => [
    body['clear_thinking'] !== undefined &&
      !body.model.includes('glm') &&
      'clear_thinking: not supported by this model',
    ![undefined, 'none', 'low', 'medium', 'high'].includes(body['reasoning_effort'] as string) &&
      'reasoning_effort: invalid value',
    body.model === 'gpt-oss-120b' && body['reasoning_effort'] === 'none' && 'reasoning_effort: invalid value',
  ],
  refuse: (message) =>
    jsonReply({ message, type: 'invalid_request_error', param: 'body', code: 'wrong_api_format' }, 400),
  think: (text) => reasoningChunks([text], 'reasoning'),
};

export const nvidia: StrictFamily = {
  presets: ['nvidia'],
  models: [
    'nvidia/nemotron-3-ultra-550b-a55b',
    'deepseek-ai/deepseek-v4.1-flash',
    'openai/gpt-oss-20b',
    'moonshotai/kimi-k2.6',
  ],
  fields: [...SAMPLING, 'chat_template_kwargs', 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning_content', 'reasoning'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body, headers) => [
    headers['nvcf-poll-seconds'] === undefined && 'the answer would become a 202',
    body['reasoning_effort'] !== undefined &&
      !body.model.startsWith('openai/') &&
      'reasoning_effort: extra fields not permitted',
    body.model.startsWith('deepseek-ai/') &&
      callers(body).some((message) => message.reasoning_content === undefined) &&
      'reasoning_content must be passed back',
  ],
};
