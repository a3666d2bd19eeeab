/** All kinds of tools. To add one, write its file and put it into one of the two lists. */

import type { CallKind } from '../kind.ts';
import { CUSTOM } from './custom.ts';
import { FUNCTION } from './function.ts';
import { LOCAL_SHELL } from './local-shell.ts';
import { TOOL_SEARCH } from './tool-search.ts';

/** Kinds that a client may declare, and a model may call. */
export const TOOL_KINDS = [FUNCTION, CUSTOM, TOOL_SEARCH] as const;

/** Kinds whose calls are only understood in a history. */
const HISTORY_KINDS: readonly CallKind[] = [LOCAL_SHELL];

export const CALL_KINDS: readonly CallKind[] = [...TOOL_KINDS, ...HISTORY_KINDS];

/** One of the kinds that a client may declare. */
export type DeclarableKind = (typeof TOOL_KINDS)[number];

/** The prefixes of the ids of call items. */
export type CallIdPrefix = DeclarableKind['idPrefix'];

/** The kind of a call to a tool that was never declared: the client tells the model that there is no such tool. */
export const UNDECLARED_KIND = FUNCTION;

const BY_TOOL_TYPE: ReadonlyMap<string, DeclarableKind> = new Map(
  TOOL_KINDS.map((kind) => [kind.toolType, kind]),
);

/** The kind of a declared tool; undefined for namespaces, and for hosted tools that only OpenAI runs. */
export function toolKindOf(toolType: string): DeclarableKind | undefined {
  return BY_TOOL_TYPE.get(toolType);
}
