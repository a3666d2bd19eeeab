/**
 * A file of Codex's, or one of ours next to it, that cannot be used or written. The message is for a person and names
 * file, place and cure. The file is unchanged.
 */
export class CodexConfigError extends Error {
  override readonly name = 'CodexConfigError';
}
