import { jsonReply } from '../../support/scripted-upstream.ts';
import type { StrictFamily } from './rules.ts';

export const qwen: StrictFamily = {
  presets: ['qwen', 'qwen-cn'],
  models: ['qwen3.7-plus', 'qwen3.8-max', 'qwen-plus'],
  fields: [
    'stream_options',
    'max_tokens',
    'temperature',
    'top_p',
    'presence_penalty',
    'parallel_tool_calls',
    'enable_thinking',
    'preserve_thinking',
    'reasoning_effort',
    'enable_search',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const thinks = body['enable_thinking'] !== false;
    const preserves = body['preserve_thinking'] === true;
    const sends = body.messages.some((message) => 'reasoning_content' in message);
    return [
      thinks &&
        ![undefined, 'auto', 'none'].includes(body.tool_choice as string) &&
        'The tool_choice parameter does not support being set to required or object in thinking mode',
      body['reasoning_effort'] !== undefined &&
        !body.model.startsWith('qwen3.8') &&
        'reasoning_effort is not supported by this model',
      ![undefined, 'low', 'medium', 'xhigh'].includes(body['reasoning_effort'] as string) &&
        'reasoning_effort: unknown value',
      !preserves && sends && 'reasoning_content is left out unless preserve_thinking is set',
    ];
  },
  refuse: (message) =>
    jsonReply(
      {
        error: {
          message: `<400> InternalError.Algo.InvalidParameter: ${message}`,
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_parameter_error',
        },
        request_id: 'r1',
      },
      400,
    ),
};
