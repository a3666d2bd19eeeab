import { HOSTED_PROFILE } from '../base-profile.ts';
import { reasoningEffort, switchAndEffort, thinkingSwitch } from '../dialect-parts.ts';
import type { Preset } from '../preset.ts';

const ON = { thinking: { type: 'enabled', clear_thinking: false } };
const OFF = { thinking: { type: 'disabled' } };

export const zai: Preset = {
  profile: {
    ...HOSTED_PROFILE,
    id: 'zai',
    name: 'Z.ai (GLM)',
    optionalFields: ['temperature', 'top_p'],
    // Arguments of calls stream only on request; earlier thinking is kept only on request.
    extraFields: { tool_stream: true, ...ON },
    ...thinkingSwitch(ON, OFF),
    thinksByDefault: true,
    responseFormat: 'json_object',
    // 400 "Tool choice must be auto".
    toolChoices: ['auto'],
    maxTools: 128,
    emptyAssistantContent: 'empty',
    webSearch: {
      tool: {
        type: 'web_search',
        web_search: { enable: true, search_engine: 'search-prime', search_result: true },
      },
    },
    userImages: 'note',
    toolImages: 'note',
    reasoningReplay: { ...HOSTED_PROFILE.reasoningReplay, answers: 'all', field: 'reasoning_content' },
    errorCodes: {
      1000: 'upstream_unauthorized',
      1001: 'upstream_unauthorized',
      1002: 'upstream_unauthorized',
      1003: 'upstream_unauthorized',
      1004: 'upstream_unauthorized',
      1113: 'insufficient_quota',
      1211: 'model_not_found',
      1261: 'context_length_exceeded',
      1302: 'rate_limit_exceeded',
      1303: 'rate_limit_exceeded',
      1305: 'rate_limit_exceeded',
      1308: 'insufficient_quota',
      1309: 'insufficient_quota',
      1310: 'insufficient_quota',
      1312: 'rate_limit_exceeded',
    },
    // "Your limit will reset at 2026-08-25 07:41:44": Beijing time, at both of its sites.
    utcOffset: 8,
  },
  models: [
    { match: ['glm-5.2*'], profile: switchAndEffort(ON, OFF, 'high', 'max') },
    // Thinking cannot be turned off.
    { match: ['glm-5.3*'], profile: reasoningEffort('low', 'high', 'max') },
    { match: ['glm-*v*', 'glm-5.3-flash'], profile: { userImages: 'send', toolImages: 'user-message' } },
  ],
  baseUrl: 'https://api.z.ai/api/paas/v4',
  keywords: ['glm', 'zhipu', 'china'],
  hosts: ['api.z.ai'],
  needsKey: true,
  keyUrl: 'https://z.ai/manage-apikey/apikey-list',
  keyVariable: 'ZAI_API_KEY',
  defaultModel: 'glm-5.3',
  suggestedPort: 4453,
  source: 'Z.ai and BigModel docs (thinking, function calling, error codes)',
  checked: '2026-11-22',
};
