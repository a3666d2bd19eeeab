/** Pieces of dialects that several presets share. Data only. */

import type { JsonObject } from '../json.ts';
import type { Profile } from '../translate/profile.ts';
import type { ModelRule } from './preset.ts';

type Effort = Pick<Profile, 'effort' | 'effortLevels' | 'effortFields'>;

/** The effort cannot be chosen, so none is sent. */
export const FIXED_EFFORT: Effort = { effort: 'none', effortLevels: [], effortFields: {} };

/** `reasoning_effort` with these levels, weakest first. */
export function reasoningEffort(...levels: readonly string[]): Effort {
  return { effort: 'reasoning_effort', effortLevels: levels, effortFields: {} };
}

/** Each level as request fields, weakest first. */
export function effortFields(fields: { readonly [level: string]: JsonObject }): Effort {
  return { effort: 'fields', effortLevels: Object.keys(fields), effortFields: fields };
}

/** Thinking is a switch: on for any effort, off for `none`. */
export function thinkingSwitch(on: JsonObject, off: JsonObject): Effort {
  return effortFields({ none: off, medium: on });
}

/** A switch and, if it is on, `reasoning_effort` with these levels. */
export function switchAndEffort(on: JsonObject, off: JsonObject, ...levels: readonly string[]): Effort {
  const steps = levels.map((level) => [level, { ...on, reasoning_effort: level }]);
  return effortFields({ none: off, ...Object.fromEntries(steps) });
}

/** Mistral's rules for ids, order and schemas hold wherever its models and chat templates run. */
export const MISTRAL_MODELS: ModelRule = {
  match: ['*mistral*', '*ministral*', '*magistral*', '*devstral*', '*codestral*', '*pixtral*'],
  profile: {
    toolCallIds: 'alnum9',
    bridgeAfterTool: 'Understood.',
    continueAfterAssistant: 'Continue.',
    joinUserMessages: true,
    emptyAssistantContent: 'empty',
  },
};

/** Chat templates of Google's open models want user and assistant to take turns, wherever they run. */
export const GEMMA_MODELS: ModelRule = { match: ['*gemma*'], profile: { joinUserMessages: true } };

/**
 * Models whose chat templates take one call per message: those of Llama 3.1 to 3.3 refuse several, those of gpt-oss and
 * GigaChat show the model only the first (measured with llama.cpp, 2026-11-28; vLLM and others use the same templates).
 */
export const SERIAL_CALL_MODELS: ModelRule = {
  match: ['*llama-3*', '*llama3*', '*gpt-oss*', '*gigachat*'],
  profile: { callHistory: 'serial' },
};

/** Open models that cannot see, wherever they run: one image in the history would end the conversation. */
export const TEXT_ONLY_MODELS: ModelRule = {
  match: [
    '*gpt-oss*',
    '*llama-3.1-8b*',
    '*llama-3.1-70b*',
    '*llama-3.3*',
    '*llama3.1*',
    '*llama3.3*',
    '*qwen3-coder*',
    '*deepseek-v3*',
    '*deepseek-r1*',
    '*gigachat*',
  ],
  profile: { userImages: 'note', toolImages: 'note' },
};

/**
 * Such models of 2026, at hosts that name models as their vendors do. An unknown gateway may have taught them to see,
 * so the user decides there.
 */
export const TEXT_ONLY_AT_HOSTS: ModelRule = {
  match: [
    ...TEXT_ONLY_MODELS.match,
    '*deepseek-v4-pro*',
    '*glm-4.7*',
    '*glm-5',
    '*glm-5:*',
    '*glm-5.1*',
    '*glm-5.2*',
    '*glm-5.3',
    '*glm-5.3:*',
    '*minimax-m2*',
    '*qwen3.7-max*',
  ],
  profile: TEXT_ONLY_MODELS.profile,
};

/** Moonshot's schema flavour, names and required reasoning apply at gateways, too. */
export const KIMI_MODELS: ModelRule = {
  match: ['*kimi*', 'k3*', 'moonshot*'],
  profile: {
    toolSchema: 'moonshot',
    toolNames: 'letter-first',
    toolChoicesThinking: ['auto', 'none'],
    thinksByDefault: true,
    reasoningReplay: { answers: 'all', placeholder: ' ' },
  },
};

/** DeepSeek's models refuse a conversation whose assistant messages lack their reasoning. */
export const DEEPSEEK_MODELS: ModelRule = {
  match: ['*deepseek*'],
  profile: {
    toolChoicesThinking: ['none'],
    thinksByDefault: true,
    reasoningReplay: { answers: 'all', placeholder: '' },
  },
};

/** GLM knows only the tool choice `auto`. */
export const GLM_MODELS: ModelRule = {
  match: ['*glm*'],
  profile: { toolChoices: ['auto'], thinksByDefault: true },
};

/** Anthropic's models: no union at the root of a schema, ids of word characters, signed thinking only. */
export const CLAUDE_MODELS: ModelRule = {
  match: ['*claude*'],
  profile: {
    toolSchema: 'claude',
    toolCallIds: 'word',
    continueAfterAssistant: 'Continue.',
    signedThoughtsOnly: true,
  },
};

/** Google's models: their own subset of JSON Schema, names that begin with a letter, signed thinking only. */
export const GEMINI_MODELS: ModelRule = {
  match: ['*gemini*'],
  profile: {
    toolSchema: 'gemini',
    toolNames: 'letter-first',
    signedThoughtsOnly: true,
  },
};
