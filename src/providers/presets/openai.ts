import { BASE_NATIVE, NATIVE_FIELDS, type NativeProfile } from '../../translate/native/native-profile.ts';
import { OPTIONAL_FIELDS } from '../../translate/profile.ts';
import { HOSTED_TYPES } from '../../wire/responses.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import { FIXED_EFFORT, reasoningEffort } from '../dialect-parts.ts';
import type { ModelRule, Preset } from '../preset.ts';

/** These reason and call tools at the same time, but only with the Responses API. */
const REASON_WITH_TOOLS = ['gpt-5.4*', 'gpt-5.5*', 'gpt-5.6*', 'gpt-6*'];

/** Which OpenAI models reason, and what Chat Completions lets them do with tools. */
const OPENAI_MODELS: readonly ModelRule[] = [
  { match: ['gpt-4*', 'gpt-3.5*', 'chatgpt-4o*'], profile: { ...FIXED_EFFORT, thinksByDefault: false } },
  { match: ['o1*', 'o3*', 'o4*'], profile: reasoningEffort('low', 'medium', 'high') },
  { match: ['gpt-5', 'gpt-5-*'], profile: reasoningEffort('minimal', 'low', 'medium', 'high') },
  // With function tools, Chat Completions refuses any reasoning effort but "none".
  {
    match: REASON_WITH_TOOLS,
    profile: {
      ...reasoningEffort('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
      effortWithTools: 'none',
    },
  },
];

/** Everything that Codex sends is made for this API. */
export const openaiNative: NativeProfile = {
  ...BASE_NATIVE,
  customTools: 'keep',
  namespaces: 'keep',
  toolSearch: true,
  additionalTools: true,
  hostedTools: { web_search: [], file_search: [], code_interpreter: [], image_generation: [], mcp: [] },
  strictTools: true,
  toolChoices: ['none', 'auto', 'required', 'named', 'allowed_tools'],
  moreItems: ['agent_message', 'mcp_approval_response', ...HOSTED_TYPES],
  // Sealed content that came with a null field cannot be verified without that null.
  nullFields: true,
  phase: true,
  callOrder: 'as-made',
  singlePart: false,
  outputs: 'parts',
  outputImages: 'inline',
  files: 'send',
  lateInstructions: 'keep',
  reasoningIn: 'sealed',
  fields: NATIVE_FIELDS,
  include: [
    'reasoning.encrypted_content',
    'file_search_call.results',
    'web_search_call.results',
    'web_search_call.action.sources',
    'code_interpreter_call.outputs',
    'message.input_image.image_url',
  ],
  verbosity: true,
};

/** Codex speaks to OpenAI itself; this is for other clients, and for models that want the Chat API. */
export const openai: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'openai',
    name: 'OpenAI',
    maxTokensField: 'max_completion_tokens',
    optionalFields: OPTIONAL_FIELDS,
    ...reasoningEffort('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
    thinksByDefault: true,
    instructionRole: 'developer',
    lateInstructions: 'keep',
    strictTools: true,
    toolSchema: 'openai',
    maxTools: 128,
    toolCallIds: 'max40',
    thinkTag: null,
    // Chat Completions never shows reasoning.
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'never' },
  },
  models: OPENAI_MODELS,
  native: {
    wire: 'chat',
    profile: openaiNative,
    // Chat Completions refuses tools together with reasoning.
    models: [{ match: REASON_WITH_TOOLS, wire: 'responses' }],
    source: 'OpenAI API reference (responses), the Codex releases 0.80 to 0.171',
    checked: '2026-11-28',
  },
  baseUrl: 'https://api.openai.com/v1',
  keywords: ['gpt', 'chatgpt', 'official'],
  hosts: ['api.openai.com'],
  needsKey: true,
  keyUrl: 'https://platform.openai.com/api-keys',
  keyVariable: 'OPENAI_API_KEY',
  suggestedPort: 4464,
  source: 'OpenAI API reference (chat completions), openai-openapi#541',
  checked: '2026-11-22',
};
