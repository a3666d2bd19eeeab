import { jsonReply } from '../../support/scripted-upstream.ts';
import { callers, type StrictFamily } from './rules.ts';

export const glm: StrictFamily = {
  presets: ['zai', 'zai-coding', 'zhipu', 'zhipu-coding'],
  models: ['glm-5.2', 'glm-5.3', 'glm-4.7'],
  fields: [
    'stream_options',
    'max_tokens',
    'temperature',
    'top_p',
    'thinking',
    'reasoning_effort',
    'tool_stream',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  maxTools: 128,
  toolTypes: ['function', 'web_search'],
  responseFormats: ['json_object'],
  check: (body) => {
    const thinking = body['thinking'] as { type?: string } | undefined;
    const effort = body['reasoning_effort'] as string | undefined;
    const efforts =
      body.model === 'glm-5.3'
        ? ['low', 'high', 'max']
        : ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
    return [
      ![undefined, 'auto'].includes(body.tool_choice as string) && 'Tool choice must be auto',
      effort !== undefined && !efforts.includes(effort) && 'reasoning_effort: invalid value',
      body.model === 'glm-5.3' && thinking?.type === 'disabled' && 'thinking cannot be disabled',
      body.model === 'glm-4.7' && effort !== undefined && 'reasoning_effort: unknown',
      thinking?.type !== 'disabled' &&
        callers(body).some((message) => 'reasoning_content' in message && !message.reasoning_content) &&
        'reasoning_content must be unmodified',
    ];
  },
  refuse: (message) => jsonReply({ error: { code: '1214', message } }, 400),
};
