/** All shipped providers, in the order in which they are shown. */

import type { Preset } from './preset.ts';
import { azure } from './presets/azure.ts';
import { cerebras } from './presets/cerebras.ts';
import { deepseek } from './presets/deepseek.ts';
import { demo } from './presets/demo.ts';
import { fireworks } from './presets/fireworks.ts';
import { gemini } from './presets/gemini.ts';
import { groq } from './presets/groq.ts';
import { kimi } from './presets/kimi.ts';
import { kimiCn } from './presets/kimi-cn.ts';
import { kimiCoding } from './presets/kimi-coding.ts';
import { llamacpp } from './presets/llamacpp.ts';
import { lmstudio } from './presets/lmstudio.ts';
import { minimax } from './presets/minimax.ts';
import { mistral } from './presets/mistral.ts';
import { nvidia } from './presets/nvidia.ts';
import { ollama } from './presets/ollama.ts';
import { openai } from './presets/openai.ts';
import { openaiCompatible } from './presets/openai-compatible.ts';
import { openrouter } from './presets/openrouter.ts';
import { qwen } from './presets/qwen.ts';
import { qwenCn } from './presets/qwen-cn.ts';
import { together } from './presets/together.ts';
import { vllm } from './presets/vllm.ts';
import { xai } from './presets/xai.ts';
import { zai } from './presets/zai.ts';
import { zhipu } from './presets/zhipu.ts';

export type { Preset } from './preset.ts';
export { profileFor } from './profile-for.ts';

export const PRESETS: readonly Preset[] = [
  deepseek,
  kimi,
  kimiCn,
  kimiCoding,
  qwen,
  qwenCn,
  mistral,
  groq,
  xai,
  openrouter,
  zai,
  zhipu,
  minimax,
  together,
  fireworks,
  cerebras,
  nvidia,
  gemini,
  azure,
  openai,
  ollama,
  lmstudio,
  llamacpp,
  vllm,
  openaiCompatible,
  demo,
];

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export function presetById(id: string): Preset | undefined {
  return PRESETS.find((preset) => preset.profile.id === id);
}

/** The preset whose host serves `baseUrl`; the careful generic one for any other. */
export function presetByUrl(baseUrl: string): Preset {
  const { protocol, hostname, port } = new URL(baseUrl);
  if (protocol === 'demo:') return demo;
  const local = LOOPBACK.has(hostname) ? `localhost:${port}` : undefined;
  const isHost = (host: string) => host === local || hostname === host || hostname.endsWith(`.${host}`);
  return PRESETS.find((preset) => preset.hosts.some(isHost)) ?? openaiCompatible;
}
