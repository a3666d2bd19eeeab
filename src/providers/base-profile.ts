import type { Profile } from '../translate/profile.ts';

/** Careful defaults for an endpoint that is only known to be "OpenAI-compatible". */
export const BASE_PROFILE: Profile = {
  id: 'openai-compatible',
  name: 'OpenAI-compatible endpoint',

  maxTokensField: 'max_tokens',
  optionalFields: ['parallel_tool_calls', 'temperature', 'top_p'],
  usageRequest: 'stream_options',
  extraFields: {},
  effort: 'reasoning_effort',
  effortLevels: [],
  effortFields: {},
  effortWithTools: null,
  thinksByDefault: false,
  responseFormat: 'json_schema',
  formatWithTools: true,

  toolChoices: ['none', 'auto', 'required', 'named'],
  toolChoicesThinking: null,
  requiredChoice: 'required',
  strictTools: false,
  maxTools: null,
  toolSchema: 'plain',
  toolNames: 'any-start',
  webSearch: null,

  instructionRole: 'system',
  lateInstructions: 'user',
  emptyAssistantContent: 'null',
  bridgeAfterTool: null,
  continueAfterAssistant: null,
  joinUserMessages: false,
  toolMessageName: false,
  toolCallIds: 'any',
  toolImages: 'user-message',
  userImages: 'send',

  detailsMayRepeat: false,
  thinkTag: 'think',
  reasoningReplay: {
    turns: 'tool-turns',
    field: 'as-received',
    placeholder: null,
  },
  signedThoughtsOnly: false,
  lostCallExtra: null,

  errorCodes: {},
};
