import { ark } from './ark.ts';
import { deepseek } from './deepseek.ts';
import { gemini } from './gemini.ts';
import { glm } from './glm.ts';
import { groq } from './groq.ts';
import {
  cerebras,
  deepinfra,
  fireworks,
  huggingface,
  modelscope,
  novita,
  nvidia,
  sambanova,
  siliconflow,
  together,
} from './hosted.ts';
import { kimi } from './kimi.ts';
import { llamacpp, lmstudio, ollama, vllm } from './local.ts';
import { mimo } from './mimo.ts';
import { minimax } from './minimax.ts';
import { mistral } from './mistral.ts';
import { openai } from './openai.ts';
import { openrouter } from './openrouter.ts';
import { qwen } from './qwen.ts';
import type { StrictFamily } from './rules.ts';
import { tencent } from './tencent.ts';
import { vscode } from './vscode.ts';
import { xai } from './xai.ts';

export const FAMILIES: readonly StrictFamily[] = [
  deepseek,
  kimi,
  qwen,
  mistral,
  groq,
  xai,
  openrouter,
  glm,
  minimax,
  ark,
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
  huggingface,
  modelscope,
  gemini,
  openai,
  ollama,
  lmstudio,
  llamacpp,
  vllm,
  vscode,
];
