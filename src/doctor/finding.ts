/**
 * What a host can do about a finding with a command of its own. `make-default` because this Codex reads no profiles;
 * `write-window` where nobody tells a window that is not the usual one.
 */
export type Cure =
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
  /** `attention` works, but not as it should; `skipped` could not be looked at after an earlier problem. */
  state: 'ok' | 'attention' | 'problem' | 'skipped';
  /** What was found. Holds no key and no token. */
  found: string;
  /** What to do about it, in the words of the command line. */
  todo?: string;
  /** The same for hosts that have words of their own. */
  cure?: Cure;
}
