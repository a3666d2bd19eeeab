/**
 * What the relay needs from a log. VS Code's LogOutputChannel fits as it is. Messages never hold keys, prompts, tool
 * arguments or workspace metadata: names, counts, codes and times only.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Discards everything. */
export const SILENT_LOGGER: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/**
 * A message may quote a provider or a model's name. Its line breaks must not look like entries of ours, so continuation
 * lines are indented, and control characters must not affect a terminal or reverse the text.
 */
export function asOneEntry(message: string): string {
  return message
    .replace(/\r?\n|[\u2028\u2029]/g, '\n    ')
    .replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

/** A logger that makes each message one entry, for logs that write messages unchanged. */
export function entryByEntry(logger: Logger): Logger {
  return {
    debug: (message) => logger.debug(asOneEntry(message)),
    info: (message) => logger.info(asOneEntry(message)),
    warn: (message) => logger.warn(asOneEntry(message)),
    error: (message) => logger.error(asOneEntry(message)),
  };
}
