import { callers, type StrictFamily } from './rules.ts';

/** TokenHub passes the rules of each vendor on. */
export const tencent: StrictFamily = {
  presets: ['tencent'],
  models: ['hy3', 'glm-5.3', 'deepseek-v4-pro', 'kimi-k2.7-code', 'minimax-m3'],
  fields: [
    'stream_options',
    'max_tokens',
    'temperature',
    'top_p',
    'prompt_cache_key',
    'thinking',
    'reasoning_effort',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const type = (body['thinking'] as { type?: string } | undefined)?.type;
    const effort = body['reasoning_effort'] as string | undefined;
    const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
    const isHy = body.model.startsWith('hy');
    return [
      ![undefined, 'enabled', 'disabled'].includes(type) && 'thinking: invalid type',
      effort !== undefined && !efforts.includes(effort) && `reasoning_effort: unknown variant \`${effort}\``,
      isHy &&
        effort !== undefined &&
        !['low', 'medium', 'high'].includes(effort) &&
        'reasoning_effort: low, medium or high',
      isHy && JSON.stringify(body.messages).includes('image_url') && 'hy3 reads text only',
      /^(minimax|kimi)/.test(body.model) && (type ?? effort) !== undefined && 'thinking cannot be controlled',
      body.model.startsWith('glm') && type === 'disabled' && 'thinking cannot be disabled',
      body.model.startsWith('glm') &&
        ![undefined, 'auto'].includes(body.tool_choice as string) &&
        'Tool choice must be auto',
      /^(deepseek|kimi)/.test(body.model) &&
        type !== 'disabled' &&
        callers(body).some((message) => message.reasoning_content === undefined) &&
        'reasoning_content must be passed back',
    ];
  },
};
