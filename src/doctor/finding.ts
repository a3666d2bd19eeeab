/**
 * What a host can do about a finding with one of its own commands. `make-default`: this Codex reads no profiles.
 * `write-window`: a window is unusual, and nobody states it.
 */
export type FindingCure =
  | 'install-codex'
  | 'update-codex'
  | 'update-relay'
  | 'correct-file'
  | 'set-up'
  | 'make-default'
  | 'start'
  | 'other-port'
  | 'token'
  | 'key'
  | 'model'
  | 'larger-window'
  | 'write-window';

export const CHECKS = [
  'codex',
  'config',
  'config load',
  'port',
  'token',
  'upstream',
  'key',
  'model',
  'answer',
  'tool call',
  'window',
] as const;
export type Check = (typeof CHECKS)[number];

/** What one check of the doctor found. */
export interface Finding {
  check: Check;
  /** `attention`: it works, but not properly. `skipped`: it could not be checked after an earlier problem. */
  state: 'ok' | 'attention' | 'problem' | 'skipped';
  /** What was found. Contains no key and no token. */
  found: string;
  /** What to do about it, for the command line. */
  todo?: string;
  /** The same, for hosts with words of their own. */
  cure?: FindingCure;
}
