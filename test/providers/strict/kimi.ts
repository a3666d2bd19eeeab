import type { JsonObject } from '../../../src/json.ts';
import { jsonReply } from '../../support/scripted-upstream.ts';
import { callers, type StrictFamily, schemasOf } from './rules.ts';

/** Kimi: fixed sampling, its own schema flavour, thinking required on messages with calls. */
export const kimi: StrictFamily = {
  presets: ['kimi', 'kimi-cn', 'kimi-coding'],
  models: ['kimi-k2.5', 'kimi-k2.6', 'kimi-k2.7-code', 'kimi-k3'],
  fields: [
    'stream_options',
    'max_completion_tokens',
    'prompt_cache_key',
    'safety_identifier',
    'thinking',
    'reasoning_effort',
    'response_format',
  ],
  assistantFields: ['reasoning_content'],
  lateSystem: true,
  toolNames: /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
  maxTools: 128,
  responseFormats: ['json_object', 'json_schema'],
  schema: mfjsComplaint,
  check: (body) => {
    const isK3 = body.model.includes('k3');
    const thinking = body['thinking'] as { type?: string } | undefined;
    const effort = body['reasoning_effort'];
    const thinks = thinking?.type !== 'disabled';
    const choices = isK3 ? ['auto', 'none', 'required'] : ['auto', 'none'];
    const format = (body['response_format'] as JsonObject | undefined)?.['type'];
    const lacks = callers(body).some((message) => !message.reasoning_content);
    return [
      thinking !== undefined && effort !== undefined && 'thinking and reasoning_effort exclude each other',
      isK3 && thinking !== undefined && 'unknown parameter: thinking',
      !isK3 && effort !== undefined && 'unknown parameter: reasoning_effort',
      ![undefined, 'low', 'high', 'max'].includes(effort as string) && `invalid reasoning_effort ${effort}`,
      body.model.includes('k2.7') && !thinks && 'invalid thinking: only enabled is allowed for this model',
      thinks &&
        body.tool_choice !== undefined &&
        !choices.includes(body.tool_choice as string) &&
        "tool_choice 'specified' is incompatible with thinking enabled",
      thinks &&
        lacks &&
        'thinking is enabled but reasoning_content is missing in assistant tool call message',
      format === 'json_schema' &&
        !isK3 &&
        !body.model.includes('k2.7') &&
        'response_format: json_schema is unavailable',
    ];
  },
  refuse: (message) =>
    jsonReply({ error: { message: `Invalid request: ${message}`, type: 'invalid_request_error' } }, 400),
  idOf: (index, name) => `functions.${name}:${index}`,
};

/** "Moonshot flavored JSON schema". */
export function mfjsComplaint(parameters: JsonObject): string | undefined {
  for (const schema of schemasOf(parameters)) {
    const text = JSON.stringify(schema).slice(0, 200);
    if ('$ref' in schema || '$schema' in schema)
      return `not a valid moonshot flavored json schema: reference in ${text}`;
    if ('anyOf' in schema && 'type' in schema)
      return `not a valid moonshot flavored json schema: type beside anyOf in ${text}`;
    if (!('anyOf' in schema) && typeof schema['type'] !== 'string')
      return `not a valid moonshot flavored json schema: no type in ${text}`;
    if (Array.isArray(schema['items'])) return `not a valid moonshot flavored json schema: tuple in ${text}`;
  }
  return undefined;
}
