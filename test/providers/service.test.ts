import assert from 'node:assert/strict';
import { PRESETS, presetById, presetByUrl } from '../../src/providers/index.ts';
import { serviceOf } from '../../src/providers/service.ts';

describe('who is paid', () => {
  const CASES: readonly (readonly [
    baseUrl: string,
    preset: string | undefined,
    service: string | undefined,
  ])[] = [
    ['https://api.deepseek.com', undefined, 'deepseek'],
    ['https://openrouter.ai/api/v1', undefined, 'openrouter'],
    ['https://name.openai.azure.com/openai/v1?api-version=1', undefined, 'azure'],
    ['https://api.kimi.com/coding/v1', undefined, 'plan'],
    ['https://api.z.ai/api/coding/paas/v4', undefined, 'plan'],
    ['https://ark.cn-beijing.volces.com/api/coding/v3/', undefined, 'plan'],
    ['https://token-plan-sgp.xiaomimimo.com/v1', undefined, 'plan'],
    ['https://api.xiaomimimo.com/v1', undefined, 'mimo'],
    ['https://api.z.ai/api/paas/v4', undefined, 'zai'],
    ['https://open.bigmodel.cn/api/coding/paas/v4', undefined, 'plan'],
    ['https://coding-intl.dashscope.aliyuncs.com/v1', undefined, 'plan'],
    ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', undefined, 'qwen'],
    ['https://ollama.com/v1', undefined, 'plan'],
    ['http://localhost:11434/v1', undefined, 'local'],
    ['http://127.0.0.1:8080/v1', undefined, 'local'],
    ['http://gpu.lan:9000/v1', 'vllm', 'local'],
    ['demo:scripted', undefined, 'local'],
    ['vscode://lm', undefined, 'plan'],
    // A server's dialect makes nothing free at an address whose owner is known.
    ['https://api.together.xyz/v1', 'vllm', 'together'],
    ['https://openrouter.ai/api/v1', 'ollama', 'openrouter'],
    // A gateway may pass requests on to anyone, and a dialect tells nothing of the bill.
    ['http://localhost:4000/v1', undefined, undefined],
    ['https://proxy.example.com/v1', 'deepseek', undefined],
    ['https://api.kimi.com.example.com/v1', undefined, undefined],
  ];
  for (const [baseUrl, preset, service] of CASES) {
    it(`${baseUrl}${preset ? ` as ${preset}` : ''}: ${service}`, () => {
      const chosen = presetById(preset ?? '') ?? presetByUrl(baseUrl);
      assert.equal(serviceOf(baseUrl, chosen), service);
    });
  }

  it('is known for every preset with an address', () => {
    for (const preset of PRESETS) {
      if (preset.baseUrl !== undefined) assert.ok(serviceOf(preset.baseUrl, preset), preset.profile.id);
    }
  });
});
