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

/** Fields that a model does not know are refused, the thinking switch first of all. */
export const siliconflow: StrictFamily = {
  presets: ['siliconflow', 'siliconflow-cn'],
  models: ['zai-org/GLM-5.2', 'deepseek-ai/DeepSeek-V3.1', 'Qwen/Qwen3-32B', 'moonshotai/Kimi-K3'],
  fields: [
    'max_tokens',
    'temperature',
    'top_p',
    'frequency_penalty',
    'stream_options',
    'enable_thinking',
    'reasoning_effort',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  maxTools: 128,
  responseFormats: ['json_object'],
  check: (body) => {
    const isSwitched = /Qwen3-32B|DeepSeek-V3/.test(body.model);
    const effort = body['reasoning_effort'] as string | undefined;
    return [
      body.tool_choice !== undefined && 'tool_choice: not documented',
      body['enable_thinking'] !== undefined &&
        !isSwitched &&
        'Value error, current model does not support parameter `enable_thinking`.',
      body.model.includes('V3.1') &&
        body.tools !== undefined &&
        body['enable_thinking'] !== false &&
        'functions need enable_thinking=false',
      effort !== undefined &&
        (!body.model.includes('GLM-5.2') || !['high', 'max'].includes(effort)) &&
        'reasoning_effort: invalid value',
    ];
  },
  refuse: (message) => jsonReply({ code: 20015, message, data: null }, 400),
};

export const huggingface: StrictFamily = {
  presets: ['huggingface'],
  models: ['zai-org/GLM-5.3', 'openai/gpt-oss-120b:groq', 'moonshotai/Kimi-K3', 'Qwen/Qwen3-Coder-Next'],
  fields: [...SAMPLING, 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning', 'reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const effort = body['reasoning_effort'] as string | undefined;
    const efforts: readonly [RegExp, string[]][] = [
      [/gpt-oss/, ['low', 'medium', 'high']],
      [/GLM-5.3|Kimi-K3/, ['low', 'high', 'max']],
    ];
    const known = efforts.find(([model]) => model.test(body.model))?.[1] ?? [];
    return [
      effort !== undefined && !known.includes(effort) && `reasoning_effort: ${effort} is invalid`,
      body.model.includes('Kimi') &&
        callers(body).some((message) => !(message.reasoning_content ?? message['reasoning'])) &&
        'reasoning_content is missing',
    ];
  },
  think: (text) => reasoningChunks([text], 'reasoning'),
};

export const modelscope: StrictFamily = {
  presets: ['modelscope'],
  models: ['ZhipuAI/GLM-5.1', 'deepseek-ai/DeepSeek-V3.2'],
  fields: ['max_tokens', 'temperature', 'top_p', 'stream_options', 'response_format'],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  refuse: (message) => jsonReply({ errors: { message, request_id: 'r1' } }, 400),
};

export const sambanova: StrictFamily = {
  presets: ['sambanova'],
  models: ['MiniMax-M3', 'gpt-oss-120b'],
  fields: [
    'max_tokens',
    'temperature',
    'top_p',
    'stream_options',
    'parallel_tool_calls',
    'reasoning_effort',
    'response_format',
  ],
  assistantFields: ['reasoning', 'reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const effort = body['reasoning_effort'] as string | undefined;
    return [
      body.tool_choice === 'none' && "tool_choice: 'none' is not documented",
      effort !== undefined &&
        (body.model !== 'gpt-oss-120b' || !['low', 'medium', 'high'].includes(effort)) &&
        'reasoning_effort: invalid value',
      JSON.stringify(body.messages).includes('image_url') && 'content must be a string',
    ];
  },
};

export const deepinfra: StrictFamily = {
  presets: ['deepinfra'],
  models: ['zai-org/GLM-5.3', 'openai/gpt-oss-120b', 'moonshotai/Kimi-K2.6'],
  fields: [...SAMPLING, 'prompt_cache_key', 'reasoning_effort', 'response_format'],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => [
    ![undefined, 'auto', 'none'].includes(body.tool_choice as string) && 'tool_choice: only auto and none',
    ![undefined, 'none', 'low', 'medium', 'high', 'xhigh'].includes(body['reasoning_effort'] as string) &&
      'reasoning_effort: invalid value',
  ],
  refuse: (message) => jsonReply({ error: { message } }, 400),
};

export const novita: StrictFamily = {
  presets: ['novita'],
  models: ['zai-org/glm-5.3', 'deepseek/deepseek-v3.1', 'minimax/minimax-m2'],
  fields: [...SAMPLING, 'enable_thinking', 'response_format'],
  assistantFields: ['reasoning_content', 'reasoning_details'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => [
    body.tool_choice !== undefined && 'tool_choice: not documented',
    body['enable_thinking'] !== undefined &&
      !body.model.includes('v3.1') &&
      'enable_thinking: not for this model',
  ],
  refuse: (message) => jsonReply({ code: 400, reason: 'INVALID_REQUEST_BODY', message, metadata: {} }, 400),
};
