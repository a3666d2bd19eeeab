/**
 * Programs that serve models and tell more about them than `/models` does: which routes to ask, how to read the
 * answers, and what sets the window. Data and pure readers; `src/relay/upstream/served-models.ts` asks.
 */
import { asObject } from '../json.ts';
import { type ListedModel, readModelList } from './model-list.ts';
import { count, countAt, flagAt, listAt, smallest, textAt, told, valueAt } from './read-json.ts';

/** A known program, by its preset's id. */
export type ServerId = 'llamacpp' | 'ollama' | 'lmstudio' | 'vllm';

/** What a route tells about one model. */
export type ServedFacts = Omit<ListedModel, 'id'>;

/** A question to a server, with a reader for the answer. Readers never throw. */
export type FactRoute =
  | { about: 'all models'; path: string; read: (answer: unknown) => ListedModel[] }
  | {
      about: 'each model';
      path: (model: string) => string;
      /** The body of a POST. Default: the question is a GET. */
      body?: (model: string) => object;
      /** @param isHosted whether the server is run by its maker, not on the user's machine */
      read: (answer: unknown, isHosted: boolean) => ServedFacts;
    };

/** A program that serves models, started by the user or by its maker. */
export interface ModelServer {
  id: ServerId;
  /** The value of `owned_by` in its list. */
  owner: string;
  /** Paths are below the base URL without its `/v1`. Later answers win. */
  routes: readonly FactRoute[];
  /** What is assumed until the server tells otherwise. */
  assumed: ServedFacts;
  /** Hosts where its maker runs it, for which nothing is assumed. */
  hostedAt: readonly string[];
  /** How to give it a larger window. */
  windowSetting: string;
}

/** The smallest window in which Codex works at all: its first request takes 11,500 to 18,000 tokens (2026-11). */
export const SMALLEST_WINDOW = 16_000;

const llamacpp: ModelServer = {
  id: 'llamacpp',
  owner: 'llamacpp',
  // Without `autoload=false`, a router would load each model that it is asked about.
  routes: [
    {
      about: 'each model',
      path: (model) => `/props?model=${encodeURIComponent(model)}&autoload=false`,
      read: readLlamaProps,
    },
  ],
  assumed: {},
  hostedAt: [],
  windowSetting: 'llama-server -c 32768',
};

const ollama: ModelServer = {
  id: 'ollama',
  owner: 'library',
  routes: [
    { about: 'each model', path: () => '/api/show', body: (model) => ({ model }), read: readOllamaShow },
    { about: 'all models', path: '/api/ps', read: readOllamaRunning },
  ],
  assumed: { contextWindow: 4096, windowFrom: 'guessed', windowNote: "Ollama's default without a GPU" },
  hostedAt: ['ollama.com'],
  windowSetting: 'OLLAMA_CONTEXT_LENGTH=32768 ollama serve, or num_ctx in the Modelfile',
};

const lmstudio: ModelServer = {
  id: 'lmstudio',
  owner: 'organization_owner',
  routes: [
    { about: 'all models', path: '/api/v0/models', read: readModelList },
    { about: 'all models', path: '/api/v1/models', read: readLmStudioModels },
  ],
  assumed: {
    contextWindow: 4096,
    windowFrom: 'guessed',
    windowNote: "LM Studio's default until the model is loaded",
  },
  hostedAt: [],
  windowSetting: 'Context Length in LM Studio, or lms load MODEL --context-length 32768',
};

const vllm: ModelServer = {
  id: 'vllm',
  owner: 'vllm',
  routes: [],
  assumed: {},
  hostedAt: [],
  windowSetting: 'vllm serve MODEL --max-model-len 32768',
};

const MODEL_SERVERS: Readonly<Record<ServerId, ModelServer>> = { llamacpp, ollama, lmstudio, vllm };

/**
 * The server behind a preset.
 * @param owners the list's `owned_by`, by which the server is recognised if the preset stands for any
 */
export function serverOf(
  server: ServerId | 'any' | undefined,
  owners: readonly string[],
): ModelServer | undefined {
  if (server !== 'any') return server && MODEL_SERVERS[server];
  return Object.values(MODEL_SERVERS).find(({ owner }) => owners.includes(owner));
}

/** How to give a preset's models a larger window, in words; undefined if that is not known. */
export function windowSettingOf(server: ServerId | 'any' | undefined): string | undefined {
  return server === undefined || server === 'any' ? undefined : MODEL_SERVERS[server].windowSetting;
}

/** llama.cpp's `GET /props`: the window of one slot, what the model sees, and what its chat template supports. */
export function readLlamaProps(answer: unknown): ServedFacts {
  const noTools =
    flagAt(answer, 'chat_template_caps.supports_tools') === false &&
    flagAt(answer, 'chat_template_caps.supports_tool_calls') !== true;
  const template = textAt(answer, 'chat_template');
  return told<ServedFacts>({
    contextWindow:
      countAt(answer, 'default_generation_settings.n_ctx') ??
      countAt(answer, 'default_generation_settings.params.n_ctx') ??
      countAt(answer, 'n_ctx'),
    images: flagAt(answer, 'modalities.vision'),
    // A template that does not mention thinking cannot be told to do it.
    reasons: template === undefined || /think|reason/i.test(template) ? undefined : false,
    unfit: noTools ? true : undefined,
  });
}

/** Ollama's `POST /api/show`: abilities, and the window that the Modelfile sets. */
export function readOllamaShow(answer: unknown, isHosted = false): ServedFacts {
  const abilities = listAt(answer, 'capabilities');
  const info = Object.entries(asObject(valueAt(answer, 'model_info')) ?? {});
  const [, most] = info.find(([key]) => key.endsWith('.context_length')) ?? [];
  // A model in Ollama's cloud has its full window; on a user's machine that figure says nothing.
  const isRemote = isHosted || textAt(answer, 'remote_host') !== undefined;
  const set = parameter(textAt(answer, 'parameters'), 'num_ctx');
  const levels = (listAt(answer, 'thinking.values') ?? []).filter((level) => typeof level === 'string');
  return told<ServedFacts>({
    contextWindow: isRemote || set !== undefined ? smallest([set, count(most)]) : undefined,
    images: abilities?.includes('vision'),
    reasons: abilities?.includes('thinking'),
    efforts: abilities?.includes('thinking') && levels.length > 0 ? levels : undefined,
    unfit: abilities !== undefined && !abilities.includes('tools') ? true : undefined,
  });
}

/** Ollama's `GET /api/ps`: the windows of the loaded models. */
export function readOllamaRunning(answer: unknown): ListedModel[] {
  return (listAt(answer, 'models') ?? []).flatMap((entry) => {
    const contextWindow = countAt(entry, 'context_length');
    const ids = new Set([textAt(entry, 'model'), textAt(entry, 'name')].filter((id) => id !== undefined));
    return contextWindow === undefined ? [] : [...ids].map((id) => ({ id, contextWindow }));
  });
}

/** LM Studio's `GET /api/v1/models`: the smallest window of the loaded instances, and abilities. */
export function readLmStudioModels(answer: unknown): ListedModel[] {
  return (listAt(answer, 'models') ?? []).flatMap((entry) => {
    const key = textAt(entry, 'key');
    if (key === undefined) return [];
    const loaded = listAt(entry, 'loaded_instances') ?? [];
    const windows = loaded.map((instance) => countAt(instance, 'config.context_length'));
    const facts = told<ServedFacts>({
      name: textAt(entry, 'display_name'),
      contextWindow: smallest(windows),
      images: flagAt(entry, 'capabilities.vision'),
      unfit: textAt(entry, 'type') === 'embedding' ? true : undefined,
    });
    // Requests may name the model or one of its instances.
    const instances = loaded.flatMap((instance) => textAt(instance, 'id') ?? []);
    return [...new Set([key, ...instances])].map((id) => ({ ...facts, id }));
  });
}

/** A parameter in the text of a Modelfile, which has one per line, with name and value. */
function parameter(text: string | undefined, name: string): number | undefined {
  const [, value] =
    new RegExp(`^\\s*(?:PARAMETER\\s+)?${name}\\s+"?(\\d+)"?\\s*$`, 'im').exec(text ?? '') ?? [];
  return count(value);
}
