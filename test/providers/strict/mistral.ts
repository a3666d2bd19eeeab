import type { ChatChunk } from '../../../src/wire/chat.ts';
import { deltaChunk, jsonReply } from '../../support/scripted-upstream.ts';
import type { StrictFamily } from './rules.ts';

/** Mistral: a closed list of fields, ids of nine characters, no user message after a tool message. */
export const mistral: StrictFamily = {
  presets: ['mistral'],
  models: ['mistral-medium-latest', 'mistral-large-latest', 'mistral-large-4', 'magistral-medium-latest'],
  fields: [
    'max_tokens',
    'temperature',
    'top_p',
    'presence_penalty',
    'frequency_penalty',
    'parallel_tool_calls',
    'reasoning_effort',
    'response_format',
    'prompt_cache_key',
    'metadata',
  ],
  toolName: true,
  contentParts: ['assistant'],
  callIds: /^[A-Za-z0-9]{9}$/,
  responseFormats: ['json_object', 'json_schema'],
  check: (body) => {
    const levels: Record<string, string[]> = {
      'mistral-medium-latest': ['none', 'high'],
      'magistral-medium-latest': ['none', 'high'],
      'mistral-large-4': ['low', 'medium', 'high'],
    };
    const effort = body['reasoning_effort'] as string | undefined;
    const roles = body.messages.map(({ role }) => role);
    const last = roles.at(-1) ?? '';
    return [
      effort !== undefined &&
        !levels[body.model]?.includes(effort) &&
        `reasoning_effort: ${effort} is not supported`,
      roles.some((role, at) => role === 'user' && roles[at - 1] === 'tool') &&
        "Unexpected role 'user' after role 'tool'",
      !['user', 'tool'].includes(last) &&
        `Expected last role User or Tool (or Assistant with prefix True) but got ${last}`,
    ];
  },
  refuse: (message) =>
    message.startsWith('Extra inputs')
      ? jsonReply(
          {
            object: 'error',
            message: {
              detail: [
                {
                  type: 'extra_forbidden',
                  loc: ['body', message.split("'")[1]],
                  msg: 'Extra inputs are not permitted',
                },
              ],
            },
            type: 'invalid_request_error',
            param: null,
            code: null,
          },
          422,
        )
      : jsonReply(
          { object: 'error', message, type: 'invalid_request_message_order', param: null, code: '3230' },
          400,
        ),
  think: (text): ChatChunk[] => [
    deltaChunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] }),
    deltaChunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: '.' }], closed: true }] }),
  ],
  idOf: (index) => `Abc123xy${index}`,
};
