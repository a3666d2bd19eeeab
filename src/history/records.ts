/**
 * The records of a history: human-readable JSON that begins with what the index needs, so that a directory can be
 * opened without reading whole conversations.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { parseJson } from '../json.ts';
import { REASONING_FIELDS } from '../translate/profile.ts';
import type { ProviderReasoning } from '../translate/reasoning/reasoning.ts';
import type { InputItem, ResponseResource } from '../wire/responses.ts';
import type { RetainedReasoning, StoredExchange } from './store.ts';

/** Folders of a history directory. `reasoning` is for answers that called tools, `turns` for those that did not. */
export const FOLDERS = ['sessions', 'reasoning', 'turns'] as const;

/** Marks a record as ours. */
export const FORMAT = 'codex-relay-history';
const VERSION = 1;

const header = z.discriminatedUnion('kind', [
  z.looseObject({
    format: z.literal(FORMAT),
    version: z.literal(VERSION),
    kind: z.literal('session'),
    id: z.string(),
    continues: z.nullable(z.string()),
    /** The input begins with the first `items` of that response's own input and output, which are not stored again. */
    repeats: z.optional(z.object({ response: z.string(), items: z.int().check(z.positive()) })),
  }),
  z.looseObject({
    format: z.literal(FORMAT),
    version: z.literal(VERSION),
    kind: z.literal('reasoning'),
    response: z.string(),
    fingerprint: z.string(),
    call_ids: z.array(z.string()),
  }),
]);

export type RecordHeader = z.infer<typeof header>;
export type SessionHeader = Extract<RecordHeader, { kind: 'session' }>;
/** The part of a request that repeats an earlier one and its answer. */
export type Repeats = NonNullable<SessionHeader['repeats']>;
export type ReasoningHeader = Extract<RecordHeader, { kind: 'reasoning' }>;

const json: z.ZodMiniType = z.any();
const providerReasoning = z.object({
  provider: z.string(),
  model: z.string(),
  text: z.string(),
  field: z.enum(REASONING_FIELDS),
  details: z.optional(z.array(json)),
  callExtras: z.optional(z.record(z.string(), json)),
  item: z.optional(
    z.object({
      summary: z.array(z.string()),
      sealed: z.optional(z.string()),
      format: z.optional(z.string()),
      signature: z.optional(z.string()),
    }),
  ),
});
const items = z.array(z.looseObject({ id: z.optional(z.nullable(z.string())) }));
const session = z.object({
  record: header,
  input: items,
  response: z.looseObject({ id: z.string(), previous_response_id: z.nullable(z.string()), output: items }),
});

// ---------------------------------------------------------------------------------------------------- keys

/** A record's key is its path below the history directory, with `/` between folder and file. */
export function sessionKey(responseId: string): string {
  return `sessions/${fileName(responseId)}`;
}

/**
 * Named after the first call, so that a person can find it, and after the answer, because some providers reuse call
 * ids.
 */
export function reasoningKey({ call_ids: [first], fingerprint }: ReasoningHeader): string {
  if (first === undefined) return `turns/${fileName(fingerprint)}`;
  return `reasoning/${readable(first)}-${digest(fingerprint)}.json`;
}

export function keyOf(head: RecordHeader): string {
  return head.kind === 'session' ? sessionKey(head.id) : reasoningKey(head);
}

/** Key of the record that this one builds on; undefined if there is none. */
export function parentOf(head: RecordHeader): string | undefined {
  if (head.kind === 'reasoning') return undefined;
  const before = head.continues ?? head.repeats?.response;
  return before === undefined ? undefined : sessionKey(before);
}

/**
 * An id of our own (`resp_` and hexadecimal digits) is used as the file name. Any other could point outside the
 * directory, be a device's name on Windows, or differ from another only by case, so it is replaced by a digest.
 */
function fileName(id: string): string {
  const isPlain = /^[a-z]+_[a-z0-9]{1,64}$/.test(id) || /^[a-f0-9]{64}$/.test(id);
  return isPlain ? `${id}.json` : `${readable(id)}-${digest(id)}.json`;
}

function readable(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 48) || 'unnamed';
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

// ------------------------------------------------------------------------------------------------- writing

export function sessionHeader({ response }: StoredExchange, repeats?: Repeats): SessionHeader {
  const { id, previous_response_id: continues } = response;
  return {
    format: FORMAT,
    version: VERSION,
    kind: 'session',
    id,
    continues,
    ...(repeats !== undefined && { repeats }),
  };
}

export function reasoningHeader(entry: RetainedReasoning): ReasoningHeader {
  const { responseId: response, fingerprint, callIds } = entry;
  return {
    format: FORMAT,
    version: VERSION,
    kind: 'reasoning',
    response,
    fingerprint,
    call_ids: [...callIds],
  };
}

/** @param indent spaces per level: 2 where a person may read it, else 0 */
export function encodeRecord(record: RecordHeader, body: object, indent: number): string {
  return `${JSON.stringify({ record, ...body }, null, indent)}\n`;
}

// ------------------------------------------------------------------------------------------------- reading

/** How an indented record begins, and how its header and the record itself end. */
const BEGINNING = '{\n  "record": ';
const SIGNATURE = `${BEGINNING}{\n    "format": "${FORMAT}"`;
const HEADER_END = '\n  }';
const RECORD_END = '\n}\n';

/** Whether a file that begins like this was written, or half written, by this program. */
export function isOurs(start: string): boolean {
  return start.startsWith(SIGNATURE) || SIGNATURE.startsWith(start);
}

/** Whether a record's last characters show that it was written completely: only its end is unindented. */
export function isWhole(end: string): boolean {
  return end.endsWith(RECORD_END);
}

/** The header from the first characters of a record; undefined if they do not contain all of it. */
export function readHeader(start: string): RecordHeader | undefined {
  const end = start.indexOf(HEADER_END);
  if (end === -1 || !start.startsWith(BEGINNING)) return undefined;
  return checked(header, parseJson(start.slice(BEGINNING.length, end + HEADER_END.length)));
}

/** The header from the whole text of a record, however it is formatted. */
export function readHeaderOf(text: string): RecordHeader | undefined {
  return checked(z.looseObject({ record: header }), parseJson(text))?.record;
}

/** A turn as stored. */
export interface SessionRecord extends StoredExchange {
  header: SessionHeader;
  /** Without repeated items. */
  input: readonly InputItem[];
}

export function readSession(text: string): SessionRecord | undefined {
  const value = parseJson(text);
  const read = checked(session, value);
  if (read?.record.kind !== 'session') return undefined;
  // The schema checks what the relay relies on; the rest was written by the relay itself. The value is returned, not
  // the schema's copy, whose fields are in a different order: no later input would then be recognised as repeating it.
  const { response, input } = value as unknown as { response: ResponseResource; input: InputItem[] };
  return { header: read.record, response, input };
}

export function readReasoning(text: string): ProviderReasoning | undefined {
  return asProviderReasoning(checked(z.looseObject({ reasoning: z.any() }), parseJson(text))?.reasoning);
}

export function asProviderReasoning(value: unknown): ProviderReasoning | undefined {
  // The value itself, not the schema's copy, in which a call with the id `__proto__` would lose its metadata.
  return providerReasoning.safeParse(value).success ? (value as ProviderReasoning) : undefined;
}

function checked<T extends z.ZodMiniType>(schema: T, value: unknown): z.infer<T> | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}
