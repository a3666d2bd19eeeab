/** Whether a model's window is large enough for Codex, and what to do if it is not. */
import { PROVIDER_ID } from '../names.ts';
import { presetById } from '../providers/index.ts';
import type { ModelFacts } from '../providers/model-list.ts';
import { SMALLEST_WINDOW, windowSettingOf } from '../providers/model-servers.ts';

export interface SmallWindow {
  /** E.g. `8,192 tokens`, with the reason if that is a guess. */
  found: string;
  todo: string;
  cure: 'larger-window' | 'model';
}

/**
 * What is wrong with a window; undefined if nothing is, or nothing is known about it.
 * @param provider id of the preset
 */
export function smallWindow(facts: ModelFacts, provider: string): SmallWindow | undefined {
  const { contextWindow, windowFrom, windowNote } = facts;
  if (contextWindow === undefined || contextWindow >= SMALLEST_WINDOW) return undefined;
  const guess = windowFrom === 'guessed' ? ` (a guess: ${windowNote ?? 'nobody tells'})` : '';
  return {
    found: `${tokens(contextWindow)}${guess}; the first request of Codex takes up to 18,000`,
    ...cureOf(provider),
  };
}

export function tokens(count: number): string {
  return `${count.toLocaleString('en-US')} tokens`;
}

function cureOf(provider: string): Pick<SmallWindow, 'todo' | 'cure'> {
  const { server } = presetById(provider) ?? {};
  if (server === undefined) return { todo: 'Choose a model with a larger one.', cure: 'model' };
  const setting = windowSettingOf(server) ?? ANY_SETTING;
  const todo = `Give it a larger one (${setting}), then run: ${PROVIDER_ID} --write-config`;
  return { todo, cure: 'larger-window' };
}

const ANY_SETTING = 'llama-server -c, OLLAMA_CONTEXT_LENGTH, vllm serve --max-model-len';
