import type { Profile } from '../translate/profile.ts';

/** Careful defaults for an endpoint that is only known to be "OpenAI-compatible". */
export const BASE_PROFILE: Profile = {
  id: 'openai-compatible',
  name: 'OpenAI-compatible endpoint',
  maxTokensField: 'max_tokens',
  optionalFields: ['parallel_tool_calls', 'temperature', 'top_p'],
  usageRequest: 'stream_options',
  instructionRole: 'system',
  lateInstructions: 'keep',
  emptyAssistantContent: 'null',
  toolImages: 'user-message',
  userImages: 'send',
  effort: 'reasoning_effort',
  effortLevels: [],
  responseFormat: 'json_schema',
  toolChoices: ['none', 'auto', 'required', 'named'],
  strictTools: false,
  reasoningReplay: { turns: 'tool-turns', field: 'as-received', placeholder: null },
  extraFields: {},
};
