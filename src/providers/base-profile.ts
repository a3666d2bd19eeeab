import type { Profile } from '../translate/profile.ts';

/**
 * Cautious defaults for an endpoint only known to be "OpenAI-compatible": it may be a server on the user's own machine,
 * where a response format's grammar rules out tool calls and `null` is not accepted as content.
 */
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
  formatWithTools: false,

  toolChoices: ['none', 'auto', 'required', 'named'],
  toolChoicesThinking: null,
  requiredChoice: 'required',
  parallelTrue: true,
  strictTools: false,
  maxTools: null,
  toolSchema: 'inlined',
  toolNames: 'any-start',
  webSearch: null,

  instructionRole: 'system',
  cacheMark: false,
  lateInstructions: 'user',
  emptyAssistantContent: 'omit',
  callHistory: 'grouped',
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
    answers: 'with-calls',
    field: 'as-received',
    placeholder: null,
  },
  signedThoughtsOnly: false,
  lostCallExtra: null,

  errorCodes: {},
  utcOffset: null,
};

/** What documented hosted providers have in common beyond that. */
export const HOSTED_PROFILE: Profile = {
  ...BASE_PROFILE,
  formatWithTools: true,
  toolSchema: 'plain',
  emptyAssistantContent: 'null',
};
