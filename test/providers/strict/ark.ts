import { jsonReply } from '../../support/scripted-upstream.ts';
import { callers, type StrictFamily } from './rules.ts';

/** What thinks how: whether the switch may be off, and the efforts. */
const EFFORTS: readonly [model: RegExp, canBeOff: boolean, efforts: readonly string[]][] = [
  [/^(doubao|dola|ark-code)/, true, ['low', 'medium', 'high']],
  [/^deepseek/, true, ['high', 'max']],
  [/^glm/, false, ['low', 'high', 'max']],
  [/^minimax/, true, []],
  [/^kimi/, false, []],
];

/** Volcengine Ark and BytePlus ModelArk, with their plans: fields that it does not know are refused. */
export const ark: StrictFamily = {
  presets: ['volcengine', 'volcengine-coding', 'byteplus', 'byteplus-coding'],
  models: [
    'doubao-seed-2-1-pro-260628',
    'ark-code-latest',
    'deepseek-v4-pro-ga-260813',
    'glm-5.3',
    'minimax-m3',
    'kimi-k2.7-code',
  ],
  fields: [
    'stream_options',
    'max_tokens',
    'temperature',
    'top_p',
    'parallel_tool_calls',
    'service_tier',
    'thinking',
    'reasoning_effort',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const type = (body['thinking'] as { type?: string } | undefined)?.type;
    const effort = body['reasoning_effort'] as string | undefined;
    const [, canBeOff = false, efforts = []] = EFFORTS.find(([model]) => model.test(body.model)) ?? [];
    return [
      ![undefined, 'enabled', 'disabled'].includes(type) && 'Unsupported thinking type for the current model',
      type !== undefined && !canBeOff && 'thinking: not supported by this model',
      effort !== undefined && !efforts.includes(effort) && `reasoning_effort: ${effort} is invalid`,
      effort !== undefined && type === 'disabled' && 'reasoning_effort: thinking is disabled',
      body.model.startsWith('deepseek') &&
        type !== 'disabled' &&
        callers(body).some((message) => message.reasoning_content === undefined) &&
        'The `reasoning_content` must be passed back',
    ];
  },
  refuse: (complaint) =>
    jsonReply(
      {
        error: {
          code: 'InvalidParameter',
          message: `json: ${complaint}. Request id: 0217`,
          param: '',
          type: 'BadRequest',
        },
      },
      400,
    ),
};
