/** Errors of Node and of the libraries on it: told apart by their code, never by their words. */

/** The code of an error (`ENOENT`); undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}
