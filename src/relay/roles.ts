/** What a request of Codex is for, beside the turns that a person started (Codex facts: measured with 0.169 and 0.171). */
import { asObject } from '../json.ts';
import { wantsCompaction } from '../translate/compaction.ts';
import type { ResponsesRequest } from '../wire/responses.ts';

export const ROLES = ['title', 'review', 'guardian', 'compaction', 'subagent'] as const;
export type Role = (typeof ROLES)[number];

/** What Codex says of a request in its headers. */
export interface RequestLabels {
  /** `x-openai-subagent`: `collab_spawn`, `review`, `guardian`. */
  subagent: string | undefined;
  /** `request_kind` of `x-codex-turn-metadata`: `turn`, `compaction`. */
  kind: string | undefined;
}

const BY_SUBAGENT: Readonly<Record<string, Role>> = {
  collab_spawn: 'subagent',
  review: 'review',
  guardian: 'guardian',
};

/** The request's role; undefined for an ordinary turn. */
export function roleOf({ subagent, kind }: RequestLabels, request: ResponsesRequest): Role | undefined {
  if (kind === 'compaction' || wantsCompaction(request)) return 'compaction';
  if (subagent !== undefined) return BY_SUBAGENT[subagent] ?? 'subagent';
  return isTitleRequest(request) ? 'title' : undefined;
}

/**
 * The TUI's request after the first turn carries no label, and offers tools like any other (0.171.0): it asks for a
 * title, as one JSON field of this name. The format alone could be a user's own (`codex exec --output-schema`).
 */
function isTitleRequest({ text, input }: ResponsesRequest): boolean {
  const format = text?.format;
  if (format?.type !== 'json_schema') return false;
  const fields = Object.keys(asObject(format.schema?.['properties']) ?? {});
  if (fields.length !== 1 || fields[0] !== 'title') return false;
  const last = typeof input === 'string' ? input : JSON.stringify(input.at(-1)?.content);
  return /\btitle\b/i.test(last ?? '');
}
