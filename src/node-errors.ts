/** Errors of Node and of the libraries on it: told apart by their code, never by their words. */

/** The code of an error (`ENOENT`); undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/**
 * For a promise's `catch`: the value that stands for an error with one of these codes.
 * @throws the error itself where it has another code
 */
export function whereCode<T>(codes: readonly string[], value: T): (error: unknown) => T {
  return (error) => {
    if (codes.includes(codeOf(error) ?? '')) return value;
    throw error;
  };
}
