/** Reads what a provider's `GET /models` tells, whatever its shape. */
import { count, countAt, flagAt, listAt, smallest, textAt, told, valueAt } from './read-json.ts';

/** A field is undefined if the source does not tell. */
export interface ModelFacts {
  /** A name for people. */
  name?: string;
  /** Tokens of input and output together. */
  contextWindow?: number;
  /** Where the window comes from: the shipped data, or a guess. Default: from a source that knows. */
  windowFrom?: 'known' | 'guessed';
  /** The reason for the guess, for people: "Ollama's default without a GPU". */
  windowNote?: string;
  /** The most tokens in one answer. */
  maxOutput?: number;
  /** Whether the model sees images. */
  images?: boolean;
  /** Reasoning levels as the provider names them; empty: the level cannot be chosen. */
  efforts?: readonly string[];
  /** Whether the model reasons, if its levels are not known. */
  reasons?: boolean;
}

/** A model that a provider lists. */
export interface ListedModel extends ModelFacts {
  id: string;
  /** Set if the server says that it cannot chat or call tools, so that Codex cannot work with it. */
  unfit?: true;
}

/** Later facts win, field by field; the window's origin stays with the window. */
export function mergeFacts<T extends ModelFacts>(...sources: readonly (T | undefined)[]): Partial<T> {
  const merged: Partial<T> = {};
  for (const source of sources) {
    if (source === undefined) continue;
    if (source.contextWindow !== undefined) {
      delete merged.windowFrom;
      delete merged.windowNote;
    }
    Object.assign(merged, told<T>(source));
  }
  return merged;
}

/**
 * The models of a list, in its order: OpenAI's `{data:[{id}]}`, Together's bare array, `{models:[{name}]}` of local
 * servers. Each model is named once, as it comes first: gateways list one for each of its deployments. Never throws; a
 * body that is not a list gives none.
 */
export function readModelList(body: unknown): ListedModel[] {
  const seen = new Set<string>();
  return modelsOf(body).filter(({ id }) => !seen.has(id) && seen.add(id));
}

function modelsOf(body: unknown): ListedModel[] {
  return entriesOf(body).flatMap((entry: unknown) => {
    const id = textAt(entry, 'id') ?? textAt(entry, 'name');
    if (id === undefined) return [];
    const unfit = isUnfit(entry) ? { unfit: true as const } : {};
    const facts = mergeFacts(windowOfArguments(entry), readFacts(entry));
    // Gemini's ids have a prefix in the list, but not in requests.
    return [{ ...facts, ...unfit, id: id.replace(/^models\/(?=gem)/, '') }];
  });
}

/** The owners of the models according to the list; model servers put their name there. */
export function ownersIn(body: unknown): string[] {
  return [...new Set(entriesOf(body).flatMap((entry) => textAt(entry, 'owned_by') ?? []))];
}

/**
 * An entry of OpenAI's list, with what is known about the model in fields that `readModelList` and others understand.
 */
export function toListEntry(model: ListedModel, owner: string): { id: string; [field: string]: unknown } {
  const { id, contextWindow, windowFrom, maxOutput, images, reasons, unfit } = model;
  return {
    id,
    object: 'model',
    created: 0,
    owned_by: owner,
    // A guess is not passed on, because readers would take it for a fact.
    ...(contextWindow !== undefined && windowFrom !== 'guessed' && { context_length: contextWindow }),
    ...(maxOutput !== undefined && { max_completion_tokens: maxOutput }),
    ...(images !== undefined && {
      architecture: { input_modalities: images ? ['text', 'image'] : ['text'] },
    }),
    ...(reasons !== undefined && { supports_reasoning: reasons }),
    ...(unfit && { supports_tools: false }),
  };
}

function entriesOf(body: unknown): unknown[] {
  return [body, valueAt(body, 'data'), valueAt(body, 'models')].find(Array.isArray) ?? [];
}

/** Words for models that do something else, including Together's and LM Studio's. */
const NO_CHAT = [
  'audio',
  'embedding',
  'embeddings',
  'image',
  'language',
  'moderation',
  'rerank',
  'reranker',
  'transcribe',
  'video',
];

/** The fields in which lists say whether a model can chat and call tools; false means that it cannot. */
const NEEDED = [
  'active', // Groq
  'supports_chat', // Fireworks
  'supports_tools',
  'supports_function_calling', // LiteLLM
  'capabilities.completion_chat', // Mistral
  'capabilities.function_calling',
  'capabilities.tools',
  'capabilities.tool_use',
  'capabilities.tool_calls',
  'capabilities.supports.tool_calls', // GitHub Copilot
];

function isUnfit(entry: unknown): boolean {
  const outputs = listAt(entry, 'architecture.output_modalities');
  const abilities = listAt(entry, 'capabilities');
  return [
    NEEDED.some((path) => flagAt(entry, path) === false),
    NO_CHAT.includes(textAt(entry, 'type') ?? ''),
    listAt(entry, 'supported_parameters')?.includes('tools') === false, // OpenRouter
    outputs !== undefined && outputs.length > 0 && !outputs.includes('text'),
    abilities?.some((ability) => ability === 'embedding' || ability === 'embeddings') === true,
  ].includes(true);
}

const WINDOWS = [
  'top_provider.context_length', // OpenRouter
  'context_length', // OpenRouter, Kimi, Together, Fireworks
  'context_window', // Groq
  'max_context_window',
  'max_model_len', // vLLM
  'max_input_tokens', // LiteLLM
  'model_info.max_input_tokens',
  'inputTokenLimit', // Gemini
  'limits.max_context_window_tokens',
  'capabilities.limits.max_context_window_tokens', // GitHub Copilot
  'meta.n_ctx', // llama.cpp, of one slot; `n_ctx_train` is what the model could have
  'loaded_context_length', // LM Studio
];

const ANSWERS = [
  'max_completion_tokens', // Groq
  'max_output_tokens', // LiteLLM
  'model_info.max_output_tokens',
  'outputTokenLimit', // Gemini
  'limits.max_output_tokens',
  'capabilities.limits.max_output_tokens',
];

const IMAGES = [
  'supports_image_in', // Kimi
  'supports_image_input', // Fireworks
  'supports_vision', // LiteLLM
  'model_info.supports_vision',
  'capabilities.vision', // Mistral, LM Studio
  'capabilities.supports.vision',
];

const REASONS = [
  'supports_reasoning', // Kimi, LiteLLM
  'model_info.supports_reasoning',
  'capabilities.reasoning', // Mistral
  'capabilities.thinking',
];

function readFacts(entry: unknown): ModelFacts {
  const abilities = listAt(entry, 'capabilities') ?? [];
  // An ability missing from the list may still exist: llama.cpp names only `completion`.
  const can = (...names: string[]) => (names.some((name) => abilities.includes(name)) ? true : undefined);
  // The largest possible window, not the one that LM Studio will load it with.
  const most = textAt(entry, 'state') === 'not-loaded' ? undefined : countAt(entry, 'max_context_length');
  return told<ModelFacts>({
    name: textAt(entry, 'display_name') ?? textAt(entry, 'name'),
    contextWindow: smallest([...WINDOWS.map((path) => countAt(entry, path)), most]),
    maxOutput:
      countAt(entry, 'top_provider.max_completion_tokens') ??
      smallest(ANSWERS.map((path) => countAt(entry, path))),
    images:
      seesImages(entry) ??
      firstFlag(entry, IMAGES) ??
      can('vision', 'multimodal', 'image') ??
      (textAt(entry, 'type') === 'vlm' ? true : undefined), // LM Studio
    reasons:
      listAt(entry, 'supported_parameters')?.includes('reasoning') ??
      firstFlag(entry, REASONS) ??
      can('thinking', 'reasoning'),
  });
}

/** The window with which llama.cpp's router will start a model. All slots share it, so each may get less. */
function windowOfArguments(entry: unknown): ModelFacts {
  const words = listAt(entry, 'status.args') ?? [];
  const at = words.findLastIndex((word) => word === '-c' || word === '--ctx-size');
  const contextWindow = at < 0 ? undefined : count(words[at + 1]);
  if (contextWindow === undefined) return {};
  return { contextWindow, windowFrom: 'guessed', windowNote: 'what the router starts it with' };
}

function seesImages(entry: unknown): boolean | undefined {
  const modalities = listAt(entry, 'architecture.input_modalities') ?? listAt(entry, 'input_modalities');
  return modalities === undefined || modalities.length === 0 ? undefined : modalities.includes('image');
}

function firstFlag(entry: unknown, paths: readonly string[]): boolean | undefined {
  return paths.map((path) => flagAt(entry, path)).find((flag) => flag !== undefined);
}
