/** How Codex is known among clients. */
import type { IncomingHttpHeaders } from 'node:http';

/** Codex names its originator (`codex_exec`, `codex-tui`, an app-server's client) on every request. */
export function isCodex(headers: IncomingHttpHeaders): boolean {
  return 'originator' in headers || 'x-codex-beta-features' in headers || 'x-codex-turn-metadata' in headers;
}
