/** vLLM's server, as 0.32.0 behaved (2026-11). */
import { errorReply, jsonReply } from '../../../support/scripted-upstream.ts';
import { hasImage, type LocalServer, promptTokens, reply } from './model.ts';

export interface VllmOptions {
  model: string;
  window?: number;
  vision?: boolean;
  /** Whether it runs with a reasoning parser, in which a schema and tools together end in an error. */
  reasoningParser?: boolean;
}

const VLLM_EFFORTS: readonly unknown[] = [
  undefined,
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
];

export function vllmServer(options: VllmOptions): LocalServer {
  const { model, window = 32_768, vision = false, reasoningParser = false } = options;
  const refuse = (message: string) => errorReply(400, message, { type: 'BadRequestError', code: '400' });
  return {
    routes: ({ method, path }) => {
      if (method !== 'GET' || path !== '/v1/models') return undefined;
      const entry = { id: model, object: 'model', owned_by: 'vllm', root: model, max_model_len: window };
      return jsonReply({ object: 'list', data: [entry] });
    },
    answer: ({ body, text }) => {
      if (body.model !== model) {
        const message = `The model \`${body.model}\` does not exist. Available: ${model}`;
        return errorReply(404, message, { type: 'NotFoundError' });
      }
      if (!VLLM_EFFORTS.includes(body['reasoning_effort'])) {
        return refuse(
          `reasoning_effort: Input should be 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' or 'max'`,
        );
      }
      if (body['top_logprobs'] !== undefined && body['logprobs'] !== true) {
        return refuse('when using `top_logprobs`, `logprobs` must be set to true.');
      }
      if (!vision && hasImage(body)) return refuse(`${model} is not a multimodal model`);
      const size = promptTokens(text);
      if (size > window) {
        return refuse(
          `This model's maximum context length is ${window} tokens. However, your request has ${size} input tokens. Please reduce the length of the input messages.`,
        );
      }
      const isConstrained = body['response_format'] !== undefined && body.tools !== undefined;
      if (reasoningParser && isConstrained) {
        return errorReply(500, 'Internal server error', { type: 'InternalServerError' });
      }
      return reply(body, size);
    },
  };
}
