import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FLAGS } from '../../src/cli/command-line.ts';
import { defaultText } from '../../src/cli/help.ts';
import { OPTIONS, type Option } from '../../src/cli/options.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The cells of the table below that heading, without its head. */
function tableBelow(heading: string): string[][] {
  const [section = ''] = README.split(`\n## ${heading}\n`).slice(1).join().split('\n## ');
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

describe('README', () => {
  it('lists every option as --help does', () => {
    const expected = FLAGS.map((flag) => {
      const option: Option<unknown> = OPTIONS[flag];
      const usage = option.value ? `--${flag} ${option.value}` : `--${flag}`;
      const variable = option.variable ? `\`${option.variable}\`` : '';
      return [`\`${usage}\``, variable, option.value ? defaultText(option) : '', option.help];
    });
    assert.deepEqual(tableBelow('Options'), expected);
  });
});
