import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preferServiceFile } from '../../../src/cli/service/own-environment.ts';
import { variablesText } from '../../../src/cli/service/variables.ts';

describe('the environment of a service', () => {
  let folder: string;
  const SESSION = {
    PATH: '/bin',
    CODEX_RELAY_PORT: '1',
    CODEX_RELAY_API_KEY: 'old',
    DEEPSEEK_API_KEY: 'old',
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'codex-relay-variables-'));
    const text = variablesText({ CODEX_RELAY_PORT: '5000', DEEPSEEK_API_KEY: 'new' });
    for (const name of ['service.env', 'other.env']) writeFileSync(join(folder, name), text);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is what its file says, whatever else its session has set', () => {
    const environment: NodeJS.ProcessEnv = { ...SESSION };
    preferServiceFile([`--env-file=${join(folder, 'service.env')}`], environment);
    assert.deepEqual(environment, { PATH: '/bin', CODEX_RELAY_PORT: '5000', DEEPSEEK_API_KEY: 'new' });
  });

  for (const args of [[], ['--enable-source-maps'], ['--env-file=other.env']]) {
    it(`is left alone where Node was started with ${args.join(' ') || 'nothing'}`, () => {
      const environment: NodeJS.ProcessEnv = { ...SESSION };
      preferServiceFile(
        args.map((arg) => arg.replace('other.env', join(folder, 'other.env'))),
        environment,
      );
      assert.deepEqual(environment, SESSION);
    });
  }
});
