/** The stored form of users: name, rights, and a hash of their token in place of the token itself. */
import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { RelayError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { parseLimits } from '../usage/budget-limits.ts';

const record = z.object({
  /** Lower-case letters, digits, ".", "_" and "-", because it is also used in the ledger and in names of keys. */
  id: z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)),
  /** SHA-256 of the token, as hexadecimal digits. A token has 256 random bits, so it cannot be guessed. */
  token: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** `upstream/model`, `upstream/*` or `*`. */
  models: z.array(z.string()),
  /** 0: no limit. */
  requestsPerMinute: z.int().check(z.nonnegative()),
  tokensPerMinute: z.int().check(z.nonnegative()),
  /** In the form of `--budget`; empty: none. */
  budget: z.string().check(z.refine((text) => text === '' || parseLimits(text) !== undefined)),
  /** ISO 8601. */
  since: z.string(),
});

export type UserRecord = z.infer<typeof record>;

/** Where users are kept. */
export interface UserSource {
  /** All users, by name. Rejects if they cannot be read. */
  read(): Promise<readonly UserRecord[]>;
  /** Adds a user, or replaces token and rights of the one with the same name. */
  put(user: UserRecord): Promise<void>;
  /** @returns whether there was one */
  remove(id: string): Promise<boolean>;
  close(): Promise<void>;
}

export function isUserId(text: string): boolean {
  return record.shape.id.safeParse(text).success;
}

/** A new token, to be shown once and stored as a hash. */
export function newToken(): string {
  return `crt_${randomBytes(32).toString('base64url')}`;
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Undefined for anything but a user. */
export function decodeUser(text: string): UserRecord | undefined {
  return record.safeParse(parseJson(text)).data;
}

/** @throws RelayError `invalid_request` that names the place and the user at fault */
export function decodeUsers(text: string, place: string): UserRecord[] {
  const result = z.object({ users: z.array(record) }).safeParse(parseJson(text));
  if (result.success) return result.data.users;
  const path = result.error.issues[0]?.path.join('.') || 'the whole';
  throw new RelayError(
    'invalid_request',
    `users: ${place} cannot be read: ${path} is not as codex-relay users writes it.`,
  );
}

/** Whether the patterns include a model, given the upstream's id and its name for the model. */
export function names(patterns: readonly string[], upstream: string, model: string): boolean {
  const name = `${upstream}/${model}`;
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name,
  );
}
