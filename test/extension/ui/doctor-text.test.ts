/** The doctor's page, in every language. */
import assert from 'node:assert/strict';
import { CHECKS, type Finding } from '../../../src/doctor/finding.ts';
import { spokenIn } from '../../support/spoken.ts';

const CURES = [
  'install-codex',
  'update-codex',
  'update-relay',
  'correct-file',
  'set-up',
  'make-default',
  'start',
  'other-port',
  'token',
  'key',
  'model',
  'larger-window',
  'write-window',
] as const satisfies Finding['cure'][];

function textIn(language: string): Promise<typeof import('../../../src/extension/ui/doctor-text.ts')> {
  return spokenIn(language, () => import(`../../../src/extension/ui/doctor-text.ts?${language}`));
}

describe("the doctor's page", () => {
  for (const language of ['en', 'de', 'ja', 'ko', 'zh-cn']) {
    it(`has a row for every check and every cure in ${language}`, async () => {
      const { doctorText } = await textIn(language);
      const findings = [
        ...CHECKS.map((check): Finding => ({ check, state: 'ok', found: 'fine' })),
        ...CURES.map((cure): Finding => ({ check: 'config', state: 'problem', found: 'bad', cure })),
        { check: 'answer', state: 'skipped', found: 'not asked' } satisfies Finding,
        { check: 'window', state: 'attention', found: 'small' } satisfies Finding,
      ];
      const rows = doctorText(findings)
        .split('\n')
        .filter((line) => line.startsWith('|'));
      assert.equal(rows.length, findings.length + 2);
      for (const row of rows) assert.doesNotMatch(row, /undefined|\{\d\}/);
    });
  }

  it('shows the words of others as text, never as links or cells', async () => {
    const { doctorText } = await textIn('en');
    const found = 'refused: [log in](command:evil) | <img src=x>\n# heading';
    const text = doctorText([{ check: 'key', state: 'problem', found, cure: 'key' }]);
    const row = text.split('\n').find((line) => line.includes('refused')) ?? '';
    assert.ok(row.includes('\\[log in\\]\\(command\\:evil\\) \\| \\<img src=x\\> \\# heading'), row);
    assert.match(text, /Problems: 1\. Notes: 0\./);
  });
});
