/**
 * What the relay needs of a log. VS Code's LogOutputChannel satisfies it as it is. Messages never hold keys,
 * prompts, tool arguments or workspace metadata: names, counts, codes and times only.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const SILENT_LOGGER: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
