/** Defines what an option of the command line is, and how most of them parse their values. */

export interface Option<T> {
  /** A sentence that says what it does. */
  help: string;
  /** The environment variable, which the flag overrides. */
  variable?: string;
  /** Another program's variable, read last; `read` returns undefined for values that do not concern us. */
  foreign?: { variable: string; read(text: string): T | undefined };
  /** The name of the value in `--help`; absent for a switch, which is true when given. */
  value?: string;
  default: T;
  /** The default in words, if `default` does not say it. */
  defaultText?: string;
  /** Completes the sentence "... is not accepted: it takes ...". */
  takes: string;
  /** Set if the value is secret and must never be shown, not even in an error. */
  secret?: true;
  /** Undefined if the text is not accepted. */
  parse(text: string): T | undefined;
}

/** Fixes the type of one option's value. */
export function option<T>(spec: Option<T>): Option<T> {
  return spec;
}

/** An option without a value. Its variable, if any, takes a boolean. */
export function flag(help: string, variable?: string): Option<boolean> {
  if (variable === undefined) return { help, default: false, takes: 'no value', parse: () => undefined };
  return { help, variable, default: false, takes: '1 or 0', parse: truthIn };
}

function truthIn(text: string): boolean | undefined {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  return /^(0|false|no|off)$/i.test(text) ? false : undefined;
}

export function oneOf<T extends string>(allowed: readonly T[], text: string): T | undefined {
  return allowed.find((value) => value === text);
}

export function positive(text: string, shape: RegExp): number | undefined {
  return shape.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
