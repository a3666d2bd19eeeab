import type { JsonObject } from '../../../src/json.ts';
import { errorReply } from '../../support/scripted-upstream.ts';
import { type StrictFamily, schemasOf } from './rules.ts';

export const openai: StrictFamily = {
  presets: ['openai', 'azure'],
  models: ['gpt-5.6', 'gpt-5', 'gpt-4.1', 'o4-mini'],
  fields: [
    'stream_options',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'frequency_penalty',
    'presence_penalty',
    'parallel_tool_calls',
    'prompt_cache_key',
    'safety_identifier',
    'service_tier',
    'store',
    'metadata',
    'reasoning_effort',
    'response_format',
  ],
  roles: ['developer', 'user', 'assistant', 'tool'],
  lateSystem: true,
  maxTools: 128,
  callIds: /^.{1,40}$/,
  responseFormats: ['json_object', 'json_schema'],
  thinks: false,
  check: (body) => {
    const effort = body['reasoning_effort'] as string | undefined;
    const efforts: Record<string, string[]> = {
      'gpt-5.6': ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
      'gpt-5': ['minimal', 'low', 'medium', 'high'],
      'o4-mini': ['low', 'medium', 'high'],
    };
    const functions = (body.tools ?? []).map((tool) => tool.function as JsonObject);
    const open = functions
      .filter(({ strict }) => strict === true)
      .flatMap(({ parameters }) => schemasOf(parameters))
      .filter(
        ({ properties, additionalProperties }) => properties !== undefined && additionalProperties !== false,
      );
    return [
      effort !== undefined &&
        !efforts[body.model]?.includes(effort) &&
        `Unsupported value: 'reasoning_effort' does not support '${effort}'`,
      body.model === 'gpt-5.6' &&
        body.tools !== undefined &&
        effort !== 'none' &&
        'Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions.',
      open.length > 0 &&
        "Invalid schema for function: 'additionalProperties' is required to be supplied and to be false",
      body['parallel_tool_calls'] !== undefined &&
        body.tools === undefined &&
        "'parallel_tool_calls' is only allowed when 'tools' are specified",
    ];
  },
  refuse: (message) =>
    errorReply(400, message, { type: 'invalid_request_error', code: 'unsupported_parameter' }),
};
