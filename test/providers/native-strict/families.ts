/** What the Responses endpoints of providers refuse, or accept and ignore, by their documentation and reports of 2026. */
import { isObject, type JsonObject } from '../../../src/json.ts';
import type { NativeBody } from '../../support/native-upstream.ts';
import { errorReply, jsonReply } from '../../support/scripted-upstream.ts';
import { listOf, type NativeFamily, PLAIN_ITEMS, typeOf } from './rules.ts';

const OPENAI_ITEMS = [
  ...PLAIN_ITEMS,
  ...['custom_tool_call', 'custom_tool_call_output', 'tool_search_call', 'tool_search_output'],
  ...['additional_tools', 'agent_message', 'web_search_call', 'local_shell_call', 'local_shell_call_output'],
];
const OPENAI_FIELDS = [
  ...[
    'instructions',
    'include',
    'prompt_cache_key',
    'reasoning',
    'text',
    'store',
    'service_tier',
    'max_output_tokens',
  ],
  ...[
    'parallel_tool_calls',
    'temperature',
    'top_p',
    'metadata',
    'safety_identifier',
    'truncation',
    'max_tool_calls',
  ],
  ...['top_logprobs'],
];

/** Reads everything, takes little of it, and remembers nothing. */
const deepseek: NativeFamily = {
  preset: 'deepseek',
  model: 'deepseek-v4.1-flash',
  toolTypes: ['function', 'custom', 'namespace', 'tool_search', 'web_search'],
  customNames: ['apply_patch'],
  ignoresTools: true,
  items: [
    ...PLAIN_ITEMS,
    'custom_tool_call',
    'custom_tool_call_output',
    'tool_search_call',
    'tool_search_output',
  ],
  ignoresItems: true,
  adjacent: true,
  thinks: 'text',
  check: (body) => {
    const namespaces = [body, ...body.input]
      .flatMap((holder: JsonObject) => listOf(holder['tools']))
      .filter(({ type }) => type === 'namespace')
      .map(({ name }) => name);
    return [
      new Set(namespaces).size < namespaces.length && 'Duplicate namespace name',
      effortOf(body) !== 'none' &&
        lacksReasoning(body) &&
        'reasoning_text in thinking mode must be passed back',
    ];
  },
};

const xai: NativeFamily = {
  preset: 'xai',
  model: 'grok-4.7',
  fields: [
    ...['instructions', 'include', 'prompt_cache_key', 'reasoning', 'text', 'store', 'service_tier'],
    ...['max_output_tokens', 'parallel_tool_calls'],
  ],
  toolTypes: ['function', 'web_search', 'x_search'],
  items: PLAIN_ITEMS,
  adjacent: true,
  efforts: ['low', 'medium', 'high', 'xhigh'],
  thinks: 'sealed',
  check: (body) => [
    ...listOf(body['tools']).map(
      (tool) =>
        tool['type'] === 'web_search' &&
        ('external_web_access' in tool || 'search_context_size' in tool) &&
        'Argument not supported: external_web_access',
    ),
    ...body.input.map(
      (item) =>
        typeOf(item) === 'reasoning' &&
        ('status' in item ||
          item['content'] === null ||
          typeof item['encrypted_content'] !== 'string' ||
          !item['encrypted_content'].startsWith('sealed-by-xai:')) &&
        'Could not decode the compaction blob',
    ),
  ],
  refuse: (complaint) =>
    jsonReply({ code: 'invalid-argument', error: `Failed to deserialize the JSON body: ${complaint}` }, 422),
};

const volcengine: NativeFamily = {
  preset: 'volcengine',
  model: 'doubao-seed-2-1-pro-260628',
  fields: [
    'instructions',
    'reasoning',
    'text',
    'store',
    'max_output_tokens',
    'temperature',
    'top_p',
    'thinking',
  ],
  toolTypes: ['function', 'web_search'],
  items: PLAIN_ITEMS,
  outputParts: false,
  efforts: ['minimal', 'low', 'medium', 'high'],
  thinks: 'summary',
  check: (body) => [
    isObject(body['reasoning']) && 'summary' in body['reasoning'] && 'json: unknown field "summary"',
    body.input.some((item) => typeOf(item) === 'reasoning') && 'reasoning is not supported in the input',
    listOf(body['tools']).some((tool) => 'strict' in tool) && 'json: unknown field "strict"',
  ],
};

const kimi: NativeFamily = {
  preset: 'kimi',
  model: 'kimi-k3',
  toolTypes: ['function', 'namespace'],
  items: PLAIN_ITEMS,
  adjacent: true,
  efforts: ['low', 'high', 'max'],
  thinks: 'sealed',
};

const minimax: NativeFamily = {
  preset: 'minimax',
  model: 'MiniMax-M3',
  toolTypes: ['function'],
  items: PLAIN_ITEMS,
  thinks: 'summary',
};

const openrouter: NativeFamily = {
  preset: 'openrouter',
  model: 'anthropic/claude-sonnet-5',
  fields: [...OPENAI_FIELDS, 'session_id', 'provider', 'plugins'],
  include: ['reasoning.encrypted_content'],
  toolTypes: ['function', 'custom', 'namespace', 'web_search', 'openrouter:tool_search'],
  items: OPENAI_ITEMS,
  efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  thinks: 'sealed',
  check: (body) =>
    body.input.map(
      (item) =>
        typeOf(item) === 'reasoning' &&
        (!item['id'] || !Array.isArray(item['summary']) || item['content'] === null) &&
        'reasoning needs an id and a summary',
    ),
};

const vllm: NativeFamily = {
  preset: 'vllm',
  model: 'Qwen/Qwen3.6-27B',
  toolTypes: ['function', 'custom', 'namespace'],
  items: [...PLAIN_ITEMS, 'custom_tool_call', 'custom_tool_call_output'],
  thinks: 'text',
  check: (body) => [
    ...listOf(body['tools']).map((tool) => isGrammar(tool) && 'grammar-based custom tools are not supported'),
    ...body.input.map((item) => !!item['encrypted_content'] && 'encrypted_content is not supported'),
    ...body.input.map(
      (item, at) =>
        item['role'] === 'assistant' &&
        (!item['id'] || !item['status'] || !item['type']) &&
        `${at} validation errors for ValidatorIterator: Field required: id`,
    ),
  ],
};

const openai: NativeFamily = {
  preset: 'openai',
  model: 'gpt-5.5',
  fields: OPENAI_FIELDS,
  toolTypes: ['function', 'custom', 'namespace', 'tool_search', 'web_search', 'image_generation'],
  items: OPENAI_ITEMS,
  thinks: 'sealed',
  check: (body) =>
    body.input.flatMap((item) => [
      typeof item['id'] === 'string' &&
        `Item with id '${item['id']}' not found. Items are not persisted when store is false.`,
      typeOf(item) === 'reasoning' &&
        !String(item['encrypted_content']).startsWith('sealed-by-openai:') &&
        'The encrypted content could not be verified.',
    ]),
};

const azure: NativeFamily = {
  ...openai,
  preset: 'azure',
  check: (body) =>
    body.input.map(
      (item) =>
        (typeOf(item) === 'reasoning' && ('content' in item || 'status' in item) && 'reasoning.content') ||
        (item['role'] !== undefined && item['type'] === undefined && 'message without type') ||
        ('status' in item && 'status is not accepted'),
    ),
};

const mimo: NativeFamily = {
  preset: 'mimo',
  model: 'mimo-v2.5-pro',
  toolTypes: ['function'],
  items: PLAIN_ITEMS,
  efforts: ['low', 'medium', 'high'],
  thinks: 'not',
  refuse: (complaint) => errorReply(400, complaint, { code: 'responses_feature_not_supported' }),
};

const llamacpp: NativeFamily = {
  preset: 'llamacpp',
  model: 'Qwen3.6-27B',
  toolTypes: ['function'],
  ignoresTools: true,
  items: PLAIN_ITEMS,
  thinks: 'text',
  check: (body) =>
    body.input.flatMap((item, at) => [
      typeOf(item) === 'reasoning' && listOf(item['content']).length === 0 && "item['content'] is empty",
      at > 0 &&
        (item['role'] === 'system' || item['role'] === 'developer') &&
        'System message must be at the beginning.',
    ]),
};

export const NATIVE_FAMILIES: readonly NativeFamily[] = [
  deepseek,
  xai,
  volcengine,
  kimi,
  minimax,
  openrouter,
  vllm,
  openai,
  azure,
  mimo,
  llamacpp,
];

function effortOf({ reasoning }: NativeBody): unknown {
  return isObject(reasoning) ? reasoning['effort'] : undefined;
}

/** Whether a call is in an answer without readable reasoning. */
function lacksReasoning({ input }: NativeBody): boolean {
  let isThought = false;
  let isAnswer = false;
  return input.some((item) => {
    const type = typeOf(item);
    if (type === 'reasoning') isThought = listOf(item['content']).some(({ text }) => Boolean(text));
    const lacks = (type === 'function_call' || type === 'custom_tool_call') && !isThought;
    isAnswer = type.endsWith('_call') || type === 'reasoning' || item['role'] === 'assistant';
    if (!isAnswer) isThought = false;
    return lacks;
  });
}

function isGrammar({ format }: JsonObject): boolean {
  return isObject(format) && format['type'] === 'grammar';
}
