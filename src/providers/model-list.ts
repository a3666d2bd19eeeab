/** What a provider's `GET /models` tells, whatever its shape. */
import { asObject } from '../json.ts';

/** Each field is undefined where the source does not tell. */
export interface ModelFacts {
  /** A name for people. */
  name?: string;
  /** Tokens of input and output together. */
  contextWindow?: number;
  /** Most tokens of one answer. */
  maxOutput?: number;
  /** Whether the model sees images. */
  images?: boolean;
  /** Reasoning levels as the provider names them; empty: the level cannot be chosen. */
  efforts?: readonly string[];
  /** Whether the model reasons, where its levels are not told. */
  reasons?: boolean;
}

/** A model that a provider lists. */
export interface ListedModel extends ModelFacts {
  id: string;
  /** The list says that it cannot chat or call tools, so Codex cannot work with it. */
  unfit?: true;
}

/**
 * The models of a list, in its order: OpenAI's `{data:[{id}]}`, Together's bare array, `{models:[{name}]}` of
 * local servers. Never throws; a body that is no list gives none.
 */
export function readModelList(body: unknown): ListedModel[] {
  const list = [body, field(body, 'data'), field(body, 'models')].find(Array.isArray) ?? [];
  return list.flatMap((entry: unknown) => {
    const id = text(field(entry, 'id')) ?? text(field(entry, 'name'));
    if (id === undefined) return [];
    const unfit = isUnfit(entry) ? { unfit: true as const } : {};
    // Gemini's ids are prefixed in the list, but not in requests.
    return [{ ...readFacts(entry), ...unfit, id: id.replace(/^models\/(?=gem)/, '') }];
  });
}

/** Together's words for models that do something else. */
const NO_CHAT = ['audio', 'embedding', 'image', 'language', 'moderation', 'rerank', 'transcribe', 'video'];

function isUnfit(entry: unknown): boolean {
  const capabilities = field(entry, 'capabilities');
  return [
    field(entry, 'active') === false, // Groq
    field(entry, 'supports_chat') === false, // Fireworks
    field(entry, 'supports_tools') === false,
    field(capabilities, 'completion_chat') === false, // Mistral
    field(capabilities, 'function_calling') === false,
    NO_CHAT.includes(text(field(entry, 'type')) ?? ''),
    array(field(entry, 'supported_parameters'))?.includes('tools') === false, // OpenRouter
  ].includes(true);
}

function readFacts(entry: unknown): ModelFacts {
  const top = field(entry, 'top_provider');
  const modalities = array(field(field(entry, 'architecture'), 'input_modalities'));
  const parameters = array(field(entry, 'supported_parameters'));
  return told({
    name: text(field(entry, 'display_name')) ?? text(field(entry, 'name')),
    contextWindow:
      positive(field(top, 'context_length')) ??
      positive(field(entry, 'context_length')) ?? // OpenRouter, Kimi, Together, Fireworks
      positive(field(entry, 'context_window')) ?? // Groq
      positive(field(entry, 'max_context_length')) ?? // Mistral
      positive(field(entry, 'max_model_len')), // vLLM
    maxOutput:
      positive(field(top, 'max_completion_tokens')) ?? positive(field(entry, 'max_completion_tokens')),
    images:
      modalities?.includes('image') ??
      flag(field(entry, 'supports_image_in')) ?? // Kimi
      flag(field(entry, 'supports_image_input')) ?? // Fireworks
      flag(field(field(entry, 'capabilities'), 'vision')), // Mistral
    reasons: parameters?.includes('reasoning') ?? flag(field(entry, 'supports_reasoning')),
  });
}

function field(value: unknown, key: string): unknown {
  return asObject(value)?.[key];
}

function array(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

type Told<T> = { [Key in keyof T]: T[Key] | undefined };

function told(facts: Told<ModelFacts>): ModelFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
