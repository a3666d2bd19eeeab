import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FLAGS } from '../../src/cli/command-line.ts';
import { helpText } from '../../src/cli/help.ts';
import { OPTIONS } from '../../src/cli/options.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
/** Flags that belong to a command, and are told with it. */
const OF_COMMANDS = ['json', 'csv', 'reset', 'probe-native', 'help', 'version'];

const flagsIn = (text: string) =>
  [...text.matchAll(/(?:codex-relay |`)--([a-z-]+)/g)].map(([, flag = '']) => flag);

describe("the README's options", () => {
  const [, section = ''] = /\n## Options\n(.*?)\n## /s.exec(README) ?? [];

  it('include every option once', () => {
    const listed = flagsIn(section.slice(section.indexOf('\n- '))).toSorted();
    const expected = FLAGS.filter((flag) => !OF_COMMANDS.includes(flag)).toSorted();
    assert.deepEqual(listed, expected);
  });

  it('are explained by --help', () => {
    assert.match(section, /^\n`codex-relay --help`/);
    for (const flag of FLAGS) assert.ok(helpText().includes(OPTIONS[flag].help), flag);
  });

  it('are the only options that the README mentions', () => {
    const flags = flagsIn(README);
    assert.ok(flags.length > 20);
    for (const flag of flags) assert.ok(flag in OPTIONS, flag);
  });
});
