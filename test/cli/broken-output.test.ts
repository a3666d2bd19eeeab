/** Output that nobody reads, or that cannot be written. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

describe('output that finds no reader', () => {
  let home: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'codex-relay-output-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(home, { recursive: true });
  });

  function started(args: string[], stdout: 'pipe' | number = 'pipe') {
    const env = { PATH: '', HOME: home, CODEX_HOME: join(home, 'codex') };
    const made = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', stdout, 'pipe'] });
    child = made;
    return made;
  }

  const COMMANDS = [['--help'], ['usage'], ['--write-config', '--yes', '--demo'], ['doctor', '--demo']];
  for (const args of COMMANDS) {
    it(`is no failure of ${args.join(' ')}`, async () => {
      const made = started(args);
      made.stdout?.destroy();
      let said = '';
      made.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      const [code] = await once(made, 'close');
      assert.doesNotMatch(said, /EPIPE|Unhandled/);
      // Codex is not set up there, as the doctor says.
      assert.equal(code, args[0] === 'doctor' ? 1 : 0);
      assert.equal(existsSync(join(home, 'codex', 'codex-relay.config.toml')), args[0] === '--write-config');
    });
  }

  it('does not end a relay whose log is read no more', async () => {
    const made = started(['--demo', '--port', '0', '--log-level', 'debug']);
    let log = '';
    for await (const piece of made.stderr?.setEncoding('utf8') ?? []) {
      log += piece;
      if (/listens on \S+[\s\S]*right away/.test(log)) break;
    }
    const [, url] = /listens on (\S+)/.exec(log) ?? assert.fail(log);
    assert.equal(made.stderr?.destroyed, true);
    for (let turn = 0; turn < 2; turn++) {
      const reply = await fetch(`${url}/v1/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'demo', input: 'hello' }),
      });
      assert.equal(reply.status, 200);
      await reply.text();
    }
    made.kill('SIGTERM');
    const [code] = await once(made, 'exit');
    assert.equal(code, 0, 'it stopped as it should');
  });

  it('is a failure where the disk is full', async function () {
    if (!existsSync('/dev/full')) return this.skip();
    const made = started(['--help'], openSync('/dev/full', 'w'));
    let said = '';
    made.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(made, 'close');
    assert.equal(code, 1);
    assert.match(said, /^codex-relay: the output could not be written: ENOSPC.*\n$/);
  });
});
