/** All shipped providers, in the order in which they are shown. */
import { azure } from './azure.ts';
import { cerebras } from './cerebras.ts';
import { deepseek } from './deepseek.ts';
import { demo } from './demo.ts';
import { fireworks } from './fireworks.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { kimi } from './kimi.ts';
import { kimiCn } from './kimi-cn.ts';
import { kimiCoding } from './kimi-coding.ts';
import { llamacpp } from './llamacpp.ts';
import { lmstudio } from './lmstudio.ts';
import { minimax } from './minimax.ts';
import { mistral } from './mistral.ts';
import { nvidia } from './nvidia.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openrouter } from './openrouter.ts';
import type { Preset } from './preset.ts';
import { qwen } from './qwen.ts';
import { qwenCn } from './qwen-cn.ts';
import { together } from './together.ts';
import { vllm } from './vllm.ts';
import { xai } from './xai.ts';
import { zai } from './zai.ts';
import { zhipu } from './zhipu.ts';

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
