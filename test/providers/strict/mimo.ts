import type { ScriptedReply } from '../../support/scripted-upstream.ts';
import { callers, type StrictFamily } from './rules.ts';

/** Every message with calls brings its reasoning back while the model thinks. */
export const mimo: StrictFamily = {
  presets: ['mimo'],
  models: ['mimo-v2.6-pro', 'mimo-v2.5-pro'],
  fields: [
    'stream_options',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'frequency_penalty',
    'presence_penalty',
    'thinking',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object'],
  check: (body) => {
    const type = (body['thinking'] as { type?: string } | undefined)?.type;
    return [
      ![undefined, 'enabled', 'disabled'].includes(type) && 'thinking: invalid type',
      ![undefined, 'auto'].includes(body.tool_choice as string) && 'tool_choice: only auto has an effect',
      type !== 'disabled' &&
        callers(body).some((message) => message.reasoning_content === undefined) &&
        'The reasoning_content in the thinking mode must be passed back to the API.',
      body.model === 'mimo-v2.5-pro' &&
        JSON.stringify(body.messages).includes('image_url') &&
        'images are not supported',
    ];
  },
  refuse: (param): ScriptedReply => ({
    status: 400,
    body: [`data:${JSON.stringify({ error: { code: '400', message: 'Param Incorrect', param, type: '' } })}`],
  }),
};
