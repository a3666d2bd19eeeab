/**
 * Makes a recorded request fit to be kept: Codex's own prose is cut, what is private is blanked, and what
 * differs between two recordings (ids, paths, times) gets a fixed value, so that recording again shows only
 * what a release really changed. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Json, JsonObject } from '../../src/json.ts';
import type { RecordedRequest } from '../support/fixtures.ts';

/** Replaces workspace, git and installation data of Codex; the replay test looks for it upstream. */
export const PRIVATE = 'PRIVATE';

/** Headers by which Codex and its sub-requests are known, and those that must never go upstream. */
const KEPT_HEADERS = [
  'accept',
  'content-type',
  'originator',
  'user-agent',
  'session-id',
  'session_id',
  'thread-id',
  'thread_id',
  'x-client-request-id',
  'x-codex-beta-features',
  'x-codex-turn-metadata',
  'x-codex-window-id',
  'x-openai-internal-codex-responses-lite',
  'x-openai-subagent',
];

/** Longer texts in places where Codex speaks (prompts, descriptions, grammars) are cut. */
const LONGEST_TEXT = 50;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export interface TrimOptions {
  /** Folders of this machine and what stands for them, the longest first. */
  paths: readonly (readonly [real: string, kept: string])[];
  /** What stands for an `encrypted_content`. */
  reseal: (sealed: string) => string;
}

/** One trimmer per scene: the same id gets the same stand-in in all requests of a scene. */
export class Trimmer {
  readonly #options: TrimOptions;
  readonly #standIns = new Map<string, string>();

  constructor(options: TrimOptions) {
    this.#options = options;
  }

  request(method: string, path: string, headers: IncomingHttpHeaders, body: JsonObject): RecordedRequest {
    const trimmed = this.#value(body, '') as JsonObject;
    return { method, path, headers: this.#headers(headers), body: withoutProse(trimmed) };
  }

  #headers(headers: IncomingHttpHeaders): Record<string, string> {
    const kept = KEPT_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, this.#header(name, value)]] : [];
    });
    return Object.fromEntries(kept) as Record<string, string>;
  }

  #header(name: string, value: string): string {
    if (name === 'x-codex-turn-metadata') return PRIVATE;
    if (name === 'user-agent') return value.split(' ', 1)[0] ?? ''; // the rest is the operating system
    return this.#text(value);
  }

  #value(value: Json, key: string): Json {
    if (typeof value === 'string') return this.#string(value, key);
    if (Array.isArray(value)) return value.map((entry) => this.#value(entry, key));
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value).map(([name, entry]) => [
      name,
      name === 'client_metadata' ? blanked(entry) : this.#value(entry, name),
    ]);
    return Object.fromEntries(entries) as JsonObject;
  }

  #string(text: string, key: string): string {
    if (key === 'id') return this.#id(text);
    if (key === 'encrypted_content') return this.#options.reseal(text);
    return this.#text(text);
  }

  /** `msg_<anything>` -> `msg_1`, counted over all ids of the scene. */
  #id(id: string): string {
    const prefix = id.slice(0, id.indexOf('_') + 1);
    return this.#standIn(id, (count) => `${prefix}${count}`);
  }

  #text(text: string): string {
    return this.#options.paths
      .reduce((replaced, [real, kept]) => replaced.replaceAll(real, kept), text)
      .replaceAll(UUID, (uuid) =>
        this.#standIn(uuid, (count) => `00000000-0000-4000-8000-${`${count}`.padStart(12, '0')}`),
      )
      .replaceAll(/Chunk ID: \w+/g, 'Chunk ID: 000000')
      .replaceAll(/Wall time: [\d.]+ seconds/g, 'Wall time: 0.0 seconds')
      .replaceAll(/<current_date>[^<]*/g, '<current_date>2026-01-01')
      .replaceAll(/<timezone>[^<]*/g, '<timezone>UTC')
      .replaceAll(/<shell>[^<]*/g, '<shell>bash');
  }

  #standIn(real: string, make: (count: number) => string): string {
    const standIn = this.#standIns.get(real) ?? make(this.#standIns.size + 1);
    this.#standIns.set(real, standIn);
    return standIn;
  }
}

function blanked(metadata: Json): Json {
  if (metadata === null || typeof metadata !== 'object') return PRIVATE;
  const names = Object.keys(metadata).sort(); // Codex sends them in random order
  return Object.fromEntries(names.map((name) => [name, PRIVATE]));
}

/** Cuts instructions, developer messages and tool descriptions; what a person said stays. */
function withoutProse(body: JsonObject): JsonObject {
  const { instructions, input, tools } = body;
  return {
    ...body,
    ...(typeof instructions === 'string' && { instructions: cut(instructions) }),
    ...(Array.isArray(input) && { input: input.map(withoutDeveloperText) }),
    ...(tools !== undefined && { tools: withoutDescriptions(tools) }),
  };
}

function withoutDeveloperText(item: Json): Json {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
  const { role, content, tools } = item;
  // Of Responses Lite, and what a tool search found.
  if (tools !== undefined) return { ...item, tools: withoutDescriptions(tools) };
  if (role !== 'developer' || !Array.isArray(content)) return item;
  return { ...item, content: content.map((part) => withTextCut(part, 'text')) };
}

function withoutDescriptions(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, entry]) => [name, withoutDescriptions(entry)]);
  return withTextCut(withTextCut(Object.fromEntries(entries) as JsonObject, 'description'), 'definition');
}

function withTextCut(value: Json, field: string): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const text = value[field];
  return typeof text === 'string' ? { ...value, [field]: cut(text) } : value;
}

/** The opening tag, or the first words, show which text it was. */
function cut(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const opening = /^<[^>\n]+>/.exec(text.trim())?.[0] ?? text.trim().split(/\s+/, 3).join(' ');
  return `${opening} [cut]`;
}
