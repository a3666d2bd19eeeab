/** A PATH on which a Codex is found, for stories that never run it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function pathWithCodex(root: string): string {
  const folder = join(root, 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'codex'), '#!/bin/sh\necho codex-cli 0.169.0\n', { mode: 0o755 });
  return [folder, process.env['PATH']].join(delimiter);
}
