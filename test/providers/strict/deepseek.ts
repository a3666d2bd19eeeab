import { jsonReply } from '../../support/scripted-upstream.ts';
import { assistants, callers, type StrictFamily } from './rules.ts';

/** DeepSeek: every assistant message of a thinking conversation brings its reasoning back. */
export const deepseek: StrictFamily = {
  presets: ['deepseek'],
  models: ['deepseek-v4-pro', 'deepseek-flash'],
  fields: [
    'stream_options',
    'max_tokens',
    'temperature',
    'top_p',
    'thinking',
    'reasoning_effort',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  lateSystem: true,
  contentParts: ['tool'],
  maxTools: 128,
  responseFormats: ['json_object'],
  check: (body) => {
    const thinks = (body['thinking'] as { type?: string } | undefined)?.type !== 'disabled';
    const effort = body['reasoning_effort'];
    const lacks = assistants(body).some((message) => message.reasoning_content === undefined);
    const isText = body.model === 'deepseek-v4-pro';
    return [
      thinks &&
        ![undefined, 'auto', 'none'].includes(body.tool_choice as string) &&
        'Thinking mode does not support this tool_choice',
      !thinks && effort !== undefined && 'reasoning_effort: thinking is disabled',
      ![undefined, 'low', 'high', 'max'].includes(effort as string) &&
        `reasoning_effort: unknown value ${effort}`,
      thinks &&
        callers(body).length > 0 &&
        lacks &&
        'The `reasoning_content` in the thinking mode must be passed back to the API.',
      isText &&
        JSON.stringify(body.messages).includes('image_url') &&
        'unknown variant `image_url`, expected `text`',
    ];
  },
  refuse: (message) =>
    jsonReply(
      { error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request_error' } },
      400,
    ),
  idOf: (index) => `call_00_${index}abcDEF`,
};
