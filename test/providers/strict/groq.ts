import { reasoningChunks } from '../../support/scripted-upstream.ts';
import type { StrictFamily } from './rules.ts';

export const groq: StrictFamily = {
  presets: ['groq'],
  models: ['openai/gpt-oss-120b', 'qwen/qwen3.6-27b', 'qwen/qwen3.8-27b', 'llama-3.3-70b-versatile'],
  fields: [
    'stream_options',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'parallel_tool_calls',
    'service_tier',
    'reasoning_effort',
    'reasoning_format',
    'response_format',
  ],
  assistantFields: ['reasoning'],
  maxTools: 128,
  toolTypes: ['function', 'browser_search'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const efforts: Record<string, string[]> = {
      'openai/gpt-oss-120b': ['low', 'medium', 'high'],
      'qwen/qwen3.6-27b': ['none', 'default'],
      'qwen/qwen3.8-27b': ['low', 'medium', 'high'],
    };
    const effort = body['reasoning_effort'] as string | undefined;
    const thinks = body.model.startsWith('llama') ? false : body;
    return [
      effort !== undefined &&
        !efforts[body.model]?.includes(effort) &&
        `reasoning_effort must be one of ${efforts[body.model]}`,
      body['response_format'] !== undefined &&
        body.tools !== undefined &&
        'json mode cannot be combined with tool/function calling',
      !thinks &&
        body['reasoning_format'] !== undefined &&
        'reasoning_format is not supported with this model',
      JSON.stringify(body).includes('"content":null') && 'messages: content must not be null',
    ];
  },
  think: (text) => reasoningChunks([text], 'reasoning'),
  idOf: (index) => `fc_${index}`,
};
