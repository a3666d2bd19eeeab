import type { ChatChunk } from '../../../src/wire/chat.ts';
import { deltaChunk, jsonReply } from '../../support/scripted-upstream.ts';
import { mfjsComplaint } from './kimi.ts';
import { assistants, callers, type StrictFamily } from './rules.ts';

/** OpenRouter passes the rules of the backend through: each model here stands for one. */
export const openrouter: StrictFamily = {
  presets: ['openrouter'],
  models: [
    'deepseek/deepseek-v4-pro',
    'anthropic/claude-sonnet-5',
    'moonshotai/kimi-k3',
    'mistralai/mistral-large-2512',
    'z-ai/glm-5.3',
    'openai/gpt-5.4',
    'google/gemini-3.8-flash',
  ],
  fields: [
    'stream_options',
    'max_tokens',
    'temperature',
    'top_p',
    'frequency_penalty',
    'presence_penalty',
    'parallel_tool_calls',
    'reasoning',
    'response_format',
    'service_tier',
    'cache_control',
  ],
  assistantFields: ['reasoning', 'reasoning_content', 'reasoning_details'],
  roles: ['system', 'developer', 'user', 'assistant', 'tool'],
  lateSystem: true,
  contentParts: ['tool', 'developer'],
  toolTypes: ['function', 'openrouter:web_search'],
  responseFormats: ['json_object', 'json_schema'],
  schema: (parameters) => (mfjsComplaint(parameters)?.includes('root') ? 'root' : undefined),
  check: (body, headers) => {
    const vendor = body.model.split('/')[0] ?? '';
    const roles = body.messages.map(({ role }) => role);
    const ids = callers(body).flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id));
    const effort = (body['reasoning'] as { effort?: string } | undefined)?.effort;
    const thinks = effort !== 'none';
    const details = assistants(body).flatMap(({ reasoning_details = [] }) => reasoning_details);
    const unsigned = details.filter((entry) => !JSON.stringify(entry).includes('signature'));
    const kimiSchemas = (body.tools ?? []).flatMap((tool) => {
      const declared = tool.function as { parameters?: Record<string, never> } | undefined;
      return declared?.parameters === undefined ? [] : (mfjsComplaint(declared.parameters) ?? []);
    });
    const [first] = body.messages;
    const isMarked = first?.role === 'user' || JSON.stringify(first).includes('"cache_control"');
    return [
      // Not refused, but paid in full with every request.
      vendor === 'anthropic' && !isMarked && 'the instructions carry no mark for the cache',
      vendor === 'anthropic' && body['cache_control'] === undefined && 'nothing asks for the cache',
      vendor !== 'anthropic' && body['cache_control'] !== undefined && 'a mark that is not understood here',
      headers['x-openrouter-title'] === undefined && 'no title',
      effort !== undefined &&
        !['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'].includes(effort) &&
        `reasoning.effort: ${effort}`,
      roles.includes('developer') && !['openai', 'anthropic'].includes(vendor) && 'unknown role developer',
      vendor === 'moonshotai' && kimiSchemas[0],
      vendor === 'mistralai' &&
        ids.some((id) => !/^[A-Za-z0-9]{9}$/.test(id)) &&
        'Tool call id must be a-z, A-Z, 0-9, with a length of 9',
      vendor === 'mistralai' &&
        roles.some((role, at) => role === 'user' && roles[at - 1] === 'tool') &&
        "Unexpected role 'user' after role 'tool'",
      vendor === 'z-ai' &&
        ![undefined, 'auto'].includes(body.tool_choice as string) &&
        'Tool choice must be auto',
      vendor === 'deepseek' &&
        thinks &&
        ![undefined, 'auto', 'none'].includes(body.tool_choice as string) &&
        'Thinking mode does not support this tool_choice',
      vendor === 'deepseek' &&
        thinks &&
        callers(body).some(
          (message) =>
            !('reasoning_details' in message || 'reasoning' in message || 'reasoning_content' in message),
        ) &&
        'The `reasoning_content` in the thinking mode must be passed back to the API.',
      ['anthropic', 'google'].includes(vendor) &&
        unsigned.length > 0 &&
        'Invalid signature in thinking block',
      vendor === 'openai' && ids.some((id) => id.length > 40) && 'tool_call_id is too long',
    ];
  },
  refuse: (message) =>
    jsonReply(
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: JSON.stringify({ error: { message } }), provider_name: 'Backend' },
        },
      },
      400,
    ),
  think: (text): ChatChunk[] => [
    deltaChunk({
      reasoning: text,
      reasoning_details: [{ type: 'reasoning.text', text, index: 0, format: 'unknown' }],
    }),
    deltaChunk({
      reasoning_details: [{ type: 'reasoning.text', signature: 'c2ln', index: 0, format: 'unknown' }],
    }),
  ],
  idOf: (index) => (index % 2 === 0 ? `call_${index}` : `Abc123xy${index}`),
};
