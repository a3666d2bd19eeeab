import type { Preset } from '../preset.ts';
import { qwen } from './qwen.ts';

/** The region for mainland China: the same dialect, but different keys. */
export const qwenCn: Preset = {
  ...qwen,
  profile: { ...qwen.profile, id: 'qwen-cn', name: 'Qwen (Alibaba Bailian, China)' },
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  keywords: ['alibaba', 'dashscope', 'bailian', 'tongyi', 'china', 'cn'],
  hosts: ['dashscope.aliyuncs.com'],
  keyUrl: 'https://bailian.console.aliyun.com/?tab=model#/api-key',
  suggestedPort: 4455,
};
