/** What Codex sends a request for, other than a turn that a person started (measured with Codex 0.169 and 0.171). */
import { asObject } from '../json.ts';
import { wantsCompaction } from '../translate/compaction.ts';
import type { ResponsesRequest } from '../wire/responses.ts';

export const ROLES = ['title', 'review', 'guardian', 'compaction', 'subagent'] as const;
export type Role = (typeof ROLES)[number];

/** What Codex says about a request in its headers. */
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
 * After the first turn, the TUI asks for a title: one JSON field of this name. The request has no label and offers
 * tools like any other (0.171.0). The format alone is not enough: it could be a user's own (`codex exec
 * --output-schema`).
 */
function isTitleRequest({ text, input }: ResponsesRequest): boolean {
  const format = text?.format;
  if (format?.type !== 'json_schema') return false;
  const fields = Object.keys(asObject(format.schema?.['properties']) ?? {});
  if (fields.length !== 1 || fields[0] !== 'title') return false;
  const last = typeof input === 'string' ? input : JSON.stringify(input.at(-1)?.content);
  return /\btitle\b/i.test(last ?? '');
}
