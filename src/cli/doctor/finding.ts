/** What one check of `codex-relay doctor` found. */
export interface Finding {
  check: string;
  /** `attention` works, but not as it should; `skipped` could not be looked at after an earlier problem. */
  state: 'ok' | 'attention' | 'problem' | 'skipped';
  /** What was found. Holds no key and no token. */
  found: string;
  /** What to do about it. */
  todo?: string;
}
