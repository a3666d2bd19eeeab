/** The formats of Codex's files, loaded once, when they are first needed. */
export function loadCodexFiles() {
  return import('./codex-bundle.ts');
}
