import { deepseek } from './deepseek.ts';
import { gemini } from './gemini.ts';
import { glm } from './glm.ts';
import { groq } from './groq.ts';
import { cerebras, fireworks, nvidia, together } from './hosted.ts';
import { kimi } from './kimi.ts';
import { llamacpp, lmstudio, ollama, vllm } from './local.ts';
import { minimax } from './minimax.ts';
import { mistral } from './mistral.ts';
import { openai } from './openai.ts';
import { openrouter } from './openrouter.ts';
import { qwen } from './qwen.ts';
import type { StrictFamily } from './rules.ts';
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
  together,
  fireworks,
  cerebras,
  nvidia,
  gemini,
  openai,
  ollama,
  lmstudio,
  llamacpp,
  vllm,
];
