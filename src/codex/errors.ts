/**
 * A file of Codex's, or of ours beside it, that cannot be used or written. The message is for a person: it names
 * file, place and cure. Whatever failed, the file is as it was.
 */
export class CodexConfigError extends Error {
  override readonly name = 'CodexConfigError';
}
