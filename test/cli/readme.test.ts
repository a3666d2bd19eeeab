import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FLAGS } from '../../src/cli/command-line.ts';
import { defaultText, helpText } from '../../src/cli/help.ts';
import { OPTIONS, type Option } from '../../src/cli/options.ts';
import { assertTable } from '../support/readme-table.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe("the README's options", () => {
  it('are those of --help that take a value, each with its variable and default', () => {
    const expected = FLAGS.flatMap((flag) => {
      const option: Option<unknown> = OPTIONS[flag];
      if (option.value === undefined) return [];
      const variable = option.variable ? `\`${option.variable}\`` : '';
      return [[`\`--${flag} ${option.value}\``, variable, defaultText(option)]];
    });
    assertTable('Options', expected);
  });

  it('are explained by --help, which has the switches too', () => {
    const [, section = ''] = README.split('\n## Options\n');
    assert.match(section, /^\n[^|]*`codex-relay --help`/);
    for (const flag of FLAGS) assert.ok(helpText().includes(OPTIONS[flag].help), flag);
  });

  it('are the only ones that the README speaks of', () => {
    const flags = [...README.matchAll(/(?:codex-relay |`)--([a-z-]+)/g)].map(([, flag = '']) => flag);
    assert.ok(flags.length > 20);
    for (const flag of flags) assert.ok(flag in OPTIONS, flag);
  });
});
