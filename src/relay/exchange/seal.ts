/**
 * Packs reasoning into the text of `encrypted_content`: compressed, with a checksum, and not opened unless it is ours.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { asProviderReasoning } from '../../history/records.ts';
import type { ProviderReasoning, ReasoningSeal } from '../../translate/reasoning/reasoning.ts';

/** Names the layout of what follows: zlib's format (it holds a checksum) of JSON, in base64url. */
const PREFIX = 'crr1.';

/**
 * A quarter of a million tokens, far more than models think in one turn. Both directions are synchronous: the limit
 * keeps one item below about 20 ms and stops a decompression bomb from filling the memory.
 */
const MAX_JSON_BYTES = 1024 * 1024;
const MAX_SEALED_LENGTH = 2 * MAX_JSON_BYTES;

/**
 * Codex sends all reasoning of a conversation with every request, so what was opened for one is kept for the next. Both
 * the sealed text and the JSON in it count, in characters.
 */
const MAX_OPENED_CHARS = 4 * 1024 * 1024;

export function createReasoningSeal(): ReasoningSeal {
  const opened = new LRUCache<string, ProviderReasoning>({ maxSize: MAX_OPENED_CHARS });
  return {
    seal(reasoning) {
      const json = Buffer.from(JSON.stringify(reasoning));
      if (json.length > MAX_JSON_BYTES) return undefined;
      // Within 10 % of Brotli at a third of its time, on reasoning of 1 to 16 KB (Node 24).
      return PREFIX + deflateSync(json).toString('base64url');
    },
    open(sealed) {
      const known = opened.get(sealed);
      if (known !== undefined) return known;
      if (!sealed.startsWith(PREFIX) || sealed.length > MAX_SEALED_LENGTH) return undefined;
      const json = inflated(Buffer.from(sealed.slice(PREFIX.length), 'base64url'));
      const reasoning = json === undefined ? undefined : asProviderReasoning(parsed(json));
      if (json !== undefined && reasoning !== undefined)
        opened.set(sealed, reasoning, { size: sealed.length + json.length });
      return reasoning;
    },
  };
}

function inflated(bytes: Buffer): string | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_JSON_BYTES }).toString();
  } catch {
    // Whether damaged, foreign or a bomb, it makes no difference: there is no reasoning to be had.
    return undefined;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
