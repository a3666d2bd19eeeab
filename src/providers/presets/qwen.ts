import { BASE_NATIVE } from '../../translate/native/native-profile.ts';
import { HOSTED_PROFILE } from '../base-profile.ts';
import {
  DEEPSEEK_MODELS,
  FIXED_EFFORT,
  KIMI_MODELS,
  reasoningEffort,
  thinkingSwitch,
} from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

export const qwen: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'qwen',
    name: 'Qwen (Alibaba Model Studio)',
    optionalFields: ['parallel_tool_calls', 'temperature', 'top_p', 'presence_penalty'],
    ...thinkingSwitch({ enable_thinking: true }, { enable_thinking: false }),
    thinksByDefault: true,
    responseFormat: 'json_object',
    // 400 for a forced tool while thinking.
    toolChoicesThinking: ['auto', 'none'],
    emptyAssistantContent: 'empty',
    webSearch: { fields: { enable_search: true } },
    // Reasoning is not sent by default; hosted models of other vendors keep those vendors' rules.
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'never', field: 'reasoning_content' },
    errorCodes: { Arrearage: 'insufficient_quota', model_not_found: 'model_not_found' },
  },
  models: [
    {
      match: ['qwen3.6*', 'qwen3.7*', 'qwen3.8*'],
      profile: {
        // Earlier thinking is only used if it is to be kept.
        extraFields: { preserve_thinking: true },
        reasoningReplay: { answers: 'all' },
      },
    },
    { match: ['qwen3.7*', 'qwen3.8*'], profile: { responseFormat: 'json_schema' } },
    { match: ['qwen3.8*'], profile: reasoningEffort('low', 'medium', 'xhigh') },
    {
      match: ['qwen3.7-max*', 'qwen3-coder*', 'qwen3-max*'],
      profile: { userImages: 'note', toolImages: 'note' },
    },
    { match: ['qwen3-coder*'], profile: { ...FIXED_EFFORT, thinksByDefault: false } },
    DEEPSEEK_MODELS,
    {
      match: ['deepseek-v4*'],
      profile: { ...reasoningEffort('low', 'high', 'max'), userImages: 'note', toolImages: 'note' },
    },
    { match: ['deepseek-v4.1*'], profile: { userImages: 'send', toolImages: 'user-message' } },
    KIMI_MODELS,
    {
      match: ['glm*'],
      profile: {
        ...reasoningEffort('low', 'high', 'max'),
        toolChoices: ['auto'],
        reasoningReplay: { answers: 'all' },
        userImages: 'note',
        toolImages: 'note',
      },
    },
  ],
  native: {
    wire: 'chat',
    profile: {
      ...BASE_NATIVE,
      // It is not known whether it respects a restriction to cached content.
      hostedTools: { web_search: ['external_web_access'] },
      instructions: 'message',
      instructionRole: 'system',
      reasoningIn: 'text',
    },
    source: 'Alibaba Model Studio docs (Responses API, 2026-10), opencodex 2.63.0',
    checked: '2026-11-28',
  },
  baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  keywords: ['alibaba', 'dashscope', 'model studio', 'tongyi'],
  hosts: ['dashscope-intl.aliyuncs.com', 'dashscope-us.aliyuncs.com', 'maas.aliyuncs.com'],
  needsKey: true,
  keyUrl: 'https://modelstudio.console.alibabacloud.com/?tab=playground#/api-key',
  keyVariable: 'DASHSCOPE_API_KEY',
  defaultModel: 'qwen3.7-plus',
  suggestedPort: 4448,
  source: 'Alibaba Model Studio docs (OpenAI compatibility, deep thinking), @ai-sdk/alibaba 2.0.58',
  checked: '2026-11-22',
};
