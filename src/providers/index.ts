/** All shipped providers, in display order. */

import { isLoopbackHost } from '../loopback.ts';
import type { Preset } from './preset.ts';
import { azure } from './presets/azure.ts';
import { byteplus } from './presets/byteplus.ts';
import { byteplusCoding } from './presets/byteplus-coding.ts';
import { cerebras } from './presets/cerebras.ts';
import { deepinfra } from './presets/deepinfra.ts';
import { deepseek } from './presets/deepseek.ts';
import { demo } from './presets/demo.ts';
import { fireworks } from './presets/fireworks.ts';
import { gemini } from './presets/gemini.ts';
import { groq } from './presets/groq.ts';
import { huggingface } from './presets/huggingface.ts';
import { kimi } from './presets/kimi.ts';
import { kimiCn } from './presets/kimi-cn.ts';
import { kimiCoding } from './presets/kimi-coding.ts';
import { llamacpp } from './presets/llamacpp.ts';
import { lmstudio } from './presets/lmstudio.ts';
import { mimo } from './presets/mimo.ts';
import { minimax } from './presets/minimax.ts';
import { minimaxCn } from './presets/minimax-cn.ts';
import { mistral } from './presets/mistral.ts';
import { modelscope } from './presets/modelscope.ts';
import { novita } from './presets/novita.ts';
import { nvidia } from './presets/nvidia.ts';
import { ollama } from './presets/ollama.ts';
import { openai } from './presets/openai.ts';
import { openaiCompatible } from './presets/openai-compatible.ts';
import { openrouter } from './presets/openrouter.ts';
import { qwen } from './presets/qwen.ts';
import { qwenCn } from './presets/qwen-cn.ts';
import { sambanova } from './presets/sambanova.ts';
import { siliconflow } from './presets/siliconflow.ts';
import { siliconflowCn } from './presets/siliconflow-cn.ts';
import { tencent } from './presets/tencent.ts';
import { together } from './presets/together.ts';
import { vllm } from './presets/vllm.ts';
import { volcengine } from './presets/volcengine.ts';
import { volcengineCoding } from './presets/volcengine-coding.ts';
import { vscode } from './presets/vscode.ts';
import { xai } from './presets/xai.ts';
import { zai } from './presets/zai.ts';
import { zaiCoding } from './presets/zai-coding.ts';
import { zhipu } from './presets/zhipu.ts';
import { zhipuCoding } from './presets/zhipu-coding.ts';

export { nativeFor, type WireFacts } from './native-for.ts';
export type { DeepPartial, Preset } from './preset.ts';
export { profileFor } from './profile-for.ts';

/** In the order in which pickers and the README show them. */
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
  zaiCoding,
  zhipu,
  zhipuCoding,
  minimax,
  minimaxCn,
  volcengine,
  volcengineCoding,
  byteplus,
  byteplusCoding,
  tencent,
  mimo,
  together,
  fireworks,
  cerebras,
  nvidia,
  sambanova,
  deepinfra,
  novita,
  siliconflow,
  siliconflowCn,
  huggingface,
  modelscope,
  gemini,
  azure,
  openai,
  vscode,
  ollama,
  lmstudio,
  llamacpp,
  vllm,
  openaiCompatible,
  demo,
];

/** Undefined if there is no such preset. */
export function presetById(id: string): Preset | undefined {
  return PRESETS.find((preset) => preset.profile.id === id);
}

/**
 * The preset for `baseUrl`: found by the whole address, because a plan may share its host with pay-as-you-go, or else
 * by the host; the cautious generic preset for any other.
 */
export function presetByUrl(baseUrl: string): Preset {
  const url = new URL(baseUrl);
  if (url.protocol === 'demo:') return demo;
  return (
    PRESETS.find((preset) => isAddress(preset, url)) ??
    PRESETS.find((preset) => isHost(preset, url)) ??
    openaiCompatible
  );
}

/** Whether `baseUrl` is the provider's own and not a gateway or another server with the same dialect. */
export function isOwnUrl(preset: Preset, baseUrl: string): boolean {
  const url = new URL(baseUrl);
  return isAddress(preset, url) || isHost(preset, url);
}

function isAddress({ baseUrl }: Preset, { href }: URL): boolean {
  return baseUrl !== undefined && (href === baseUrl || href.startsWith(`${baseUrl}/`));
}

function isHost({ hosts }: Preset, { hostname, port }: URL): boolean {
  const local = isLoopbackHost(hostname) ? `localhost:${port}` : undefined;
  return hosts.some((host) => host === local || hostname === host || hostname.endsWith(`.${host}`));
}
