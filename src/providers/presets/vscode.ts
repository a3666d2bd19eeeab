import { BASE_PROFILE } from '../base-profile.ts';
import type { Preset } from '../preset.ts';

/**
 * The models that VS Code itself offers to extensions: Copilot's, and those of other extensions. Only the extension
 * reaches them, through the Language Model API, which has nothing but messages, tools and a few model options.
 */
export const vscode: Preset = {
  profile: {
    ...BASE_PROFILE,
    id: 'vscode',
    name: 'VS Code (Copilot and others)',
    // The model options that Copilot takes; the API itself names none.
    optionalFields: ['temperature', 'frequency_penalty', 'presence_penalty'],
    usageRequest: 'none',
    effort: 'none',
    responseFormat: 'prompt',
    toolChoices: ['auto', 'required'],
    // Copilot: "Cannot have more than 128 tools per request."
    maxTools: 128,
    // Thinking is shown, but the public API has no part in which it could be sent back.
    reasoningReplay: { ...BASE_PROFILE.reasoningReplay, answers: 'never' },
    errorCodes: {
      NoPermissions: 'forbidden',
      Blocked: 'insufficient_quota',
      ChatQuotaExceeded: 'insufficient_quota',
      ChatRateLimited: 'rate_limit_exceeded',
      NotFound: 'model_not_found',
      off_topic: 'invalid_prompt',
    },
  },
  baseUrl: 'vscode://lm',
  keywords: ['copilot', 'github', 'language model api', 'no key'],
  hosts: [],
  isPlan: true,
  needsKey: false,
  onlyIn: 'vscode',
  source:
    '@types/vscode 1.125 (namespace lm), VS Code 1.139, GitHub Copilot Chat (copilotLanguageModelWrapper)',
  checked: '2026-11-28',
};
