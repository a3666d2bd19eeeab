/** The text of `--help`. */
import { FLAGS } from './command-line.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';

const INTRODUCTION = `Usage: codex-relay [options]          run the relay
       codex-relay doctor [options]   check each step from Codex to the model
       codex-relay targets [options]  show what waits after failures, or reset it
       codex-relay usage [options]    show what was used and what it cost
       codex-relay users add NAME | list | revoke NAME [options]
                                      say who may use a team's relay
       codex-relay service install [options] | remove | status
                                      run the relay in the background from login on

Lets Codex, which speaks only the Responses API, work with a provider that speaks Chat Completions.

Options (a flag beats its environment variable):
`;

export function helpText(): string {
  return INTRODUCTION + FLAGS.map((flag) => entry(flag, OPTIONS[flag])).join('');
}

function entry(flag: string, option: Option<unknown>): string {
  const source = [
    option.variable && `variable ${option.variable}`,
    option.value && `default ${defaultText(option)}`,
  ].filter(Boolean);
  const value = option.value ? ` ${option.value}` : '';
  const details = source.length > 0 ? `      [${source.join('; ')}]\n` : '';
  return `\n  --${flag}${value}\n      ${option.help}\n${details}`;
}

/** The default in readable form. */
function defaultText({ default: value, defaultText }: Option<unknown>): string {
  if (defaultText !== undefined) return defaultText;
  const empty =
    value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return empty ? 'none' : String(value);
}
