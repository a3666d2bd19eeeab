import { jsonReply } from '../../support/scripted-upstream.ts';
import type { StrictFamily } from './rules.ts';

export const xai: StrictFamily = {
  presets: ['xai'],
  models: ['grok-4.7', 'grok-4.3', 'grok-4.20-reasoning'],
  fields: [
    'stream_options',
    'max_tokens',
    'temperature',
    'top_p',
    'parallel_tool_calls',
    'service_tier',
    'reasoning_effort',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  lateSystem: true,
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const efforts: Record<string, string[]> = {
      'grok-4.7': ['low', 'medium', 'high', 'xhigh'],
      'grok-4.3': ['none', 'low', 'medium', 'high'],
    };
    const effort = body['reasoning_effort'] as string | undefined;
    return [
      effort !== undefined &&
        !efforts[body.model]?.includes(effort) &&
        'Argument not supported on this model: reasoningEffort',
      JSON.stringify(body.tools ?? []).includes('"strict":') && 'Argument not supported: strict',
    ];
  },
  refuse: (error) => jsonReply({ code: 'Client specified an invalid argument', error }, 400),
};
