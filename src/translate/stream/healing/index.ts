/**
 * The families whose calls are understood when they leak into the text. To add one, write its file and list it here.
 */
import { BARE } from './bare.ts';
import { DEEPSEEK, DSML } from './deepseek.ts';
import type { LeakFamily } from './family.ts';
import { GEMMA } from './gemma.ts';
import { GLM } from './glm.ts';
import { GPT_OSS } from './gpt-oss.ts';
import { HERMES } from './hermes.ts';
import { INVOKE } from './invoke.ts';
import { KIMI } from './kimi.ts';
import { LLAMA } from './llama.ts';
import { MISTRAL } from './mistral.ts';
import { PYTHON } from './python.ts';
import { QWEN_CODER } from './qwen-coder.ts';
import { TAGGED } from './tagged.ts';

export const LEAK_FAMILIES: readonly LeakFamily[] = [
  HERMES,
  TAGGED,
  QWEN_CODER,
  GLM,
  DEEPSEEK,
  DSML,
  KIMI,
  INVOKE,
  MISTRAL,
  LLAMA,
  GPT_OSS,
  GEMMA,
  PYTHON,
  BARE,
];
