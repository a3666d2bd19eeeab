/**
 * The names under which tools go upstream. Chat Completions has one flat list of names that fit `[A-Za-z0-9_-]{1,64}`
 * (OpenAI's rule, the narrowest in common use); Codex has namespaces, and MCP servers choose names of any length. The
 * same name always gets the same alias, so that the prompt's prefix stays stable.
 */
import type { Profile } from '../profile.ts';

const LEGAL = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_LENGTH = 64;

/** `mcp__tiny` + `echo` and (Codex up to 0.130) `mcp__tiny__` + `echo` both give `mcp__tiny__echo`. */
export function flatName(namespace: string | null | undefined, name: string): string {
  if (!namespace || namespace === 'functions') return name;
  return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`;
}

/** The legal form of a flat name: the name itself if it fits, else a readable head and a hash of the whole. */
export function legalName(flat: string, start: Profile['toolNames']): string {
  const name = readableName(flat, start);
  return LEGAL.test(name) ? name : hashedName(name, flat);
}

/** The name, beginning with a character that the provider accepts. */
export function readableName(flat: string, start: Profile['toolNames']): string {
  return start === 'letter-first' && !/^[A-Za-z_]/.test(flat) ? `_${flat}` : flat;
}

/** A name that reads like `flat` and differs for every `identity`. */
export function hashedName(flat: string, identity: string): string {
  const hash = fnv1a(identity).toString(16).padStart(8, '0');
  const head = flat.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, MAX_LENGTH - 9);
  return `${head}_${hash}`;
}

/** FNV-1a with 32 bits: short, deterministic, and good enough to tell a few hundred names apart. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
