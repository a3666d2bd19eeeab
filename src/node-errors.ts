/** Errors of Node and libraries, distinguished by code and never by message. */

/** The code of an error (`ENOENT`); undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/**
 * For a promise's `catch`: replaces errors with one of these codes by a value.
 * @throws the error itself if it has another code
 */
export function whereCode<T>(codes: readonly string[], value: T): (error: unknown) => T {
  return (error) => {
    if (codes.includes(codeOf(error) ?? '')) return value;
    throw error;
  };
}
