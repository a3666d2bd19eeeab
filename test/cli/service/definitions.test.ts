/** The definitions for the three systems, for programs in any folder. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program, Step } from '../../../src/cli/service/definition.ts';
import { launchdPlist, launchdService } from '../../../src/cli/service/launchd.ts';
import { isKeptForAWhile, takeSteps } from '../../../src/cli/service/system.ts';
import { systemdService, systemdUnit } from '../../../src/cli/service/systemd.ts';
import { windowsTask, windowsTaskXml } from '../../../src/cli/service/windows-task.ts';

const PLAIN: Program = {
  node: '/usr/bin/node',
  script: '/opt/codex-relay/dist/cli.js',
  variables: '/home/me/.local/state/codex-relay/service.env',
  log: '/home/me/service.log',
  stopSeconds: 50,
};
const inFolder = (folder: string): Program => ({
  node: `${folder}/node`,
  script: `${folder}/cli.js`,
  variables: `${folder}/service.env`,
  log: `${folder}/service.log`,
  stopSeconds: 50,
});

describe('the unit of systemd', () => {
  const LINES: [folder: string, line: string][] = [
    ['/a', '"/a/node" "--max-semi-space-size=16" "--env-file=/a/service.env" "/a/cli.js"'],
    ['/a b', '"/a b/node" "--max-semi-space-size=16" "--env-file=/a b/service.env" "/a b/cli.js"'],
    // The program itself is no place for variables, and `$$` would be two of them there.
    ['/$a', '"/$a/node" "--max-semi-space-size=16" "--env-file=/$$a/service.env" "/$$a/cli.js"'],
    ['/50%h', '"/50%%h/node" "--max-semi-space-size=16" "--env-file=/50%%h/service.env" "/50%%h/cli.js"'],
    [
      '/a"b\\c',
      '"/a\\"b\\\\c/node" "--max-semi-space-size=16" "--env-file=/a\\"b\\\\c/service.env" "/a\\"b\\\\c/cli.js"',
    ],
    ['/项目', '"/项目/node" "--max-semi-space-size=16" "--env-file=/项目/service.env" "/项目/cli.js"'],
  ];
  for (const [folder, line] of LINES)
    it(`starts what is in ${folder}`, () => {
      assert.equal(/^ExecStart=(.*)$/m.exec(systemdUnit(inFolder(folder)))?.[1], line);
    });

  it('is in the folder of the user’s systemd units', () => {
    const { file, install, remove } = systemdService(PLAIN, '/home/me/.config');
    assert.equal(file, join('/home/me/.config', 'systemd', 'user', 'codex-relay.service'));
    for (const { call } of [...install, ...remove])
      assert.deepEqual(call.slice(0, 2), ['systemctl', '--user']);
  });

  for (const folder of ['plain', 'two words', '50%h $x'])
    it(`passes the checks of systemd for a folder named ${folder}`, function () {
      if (!hasProgram('systemd-analyze')) return this.skip();
      const root = mkdtempSync(join(tmpdir(), 'codex-relay-unit-'));
      try {
        const here = join(root, folder);
        mkdirSync(here);
        for (const name of ['node', 'cli.js', 'service.env'])
          writeFileSync(join(here, name), '', { mode: 0o755 });
        const unit = join(root, 'codex-relay.service');
        writeFileSync(unit, systemdUnit(inFolder(here)));
        const said = execFileSync('systemd-analyze', ['--user', 'verify', unit], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...process.env, XDG_RUNTIME_DIR: root },
        });
        assert.equal(said, '');
      } finally {
        rmSync(root, { recursive: true });
      }
    });
});

describe('the agent of launchd', () => {
  it('starts the program at login, and again when it fails', () => {
    const plist = launchdPlist(PLAIN);
    assert.match(plist, /<key>RunAtLoad<\/key>\s*<true\/>/);
    assert.match(plist, /<key>SuccessfulExit<\/key>\s*<false\/>/);
    const args = [...plist.matchAll(/^ {4}<string>(.*)<\/string>$/gm)].map(([, arg]) => arg);
    assert.deepEqual(args, [
      PLAIN.node,
      '--max-semi-space-size=16',
      `--env-file=${PLAIN.variables}`,
      PLAIN.script,
    ]);
  });

  it('escapes names of folders for XML', () => {
    assert.match(launchdPlist(inFolder('/R&D <x>')), /<string>\/R&amp;D &lt;x&gt;\/node<\/string>/);
  });

  it('is in the user’s own folder, and belongs to the user’s own session', () => {
    const { file, install, check } = launchdService(PLAIN, '/Users/me', 501);
    assert.equal(file, join('/Users/me', 'Library', 'LaunchAgents', 'codex-relay.plist'));
    assert.deepEqual(check, ['launchctl', 'print', 'gui/501']);
    assert.deepEqual(install.at(-1)?.call, ['launchctl', 'bootstrap', 'gui/501', file]);
  });
});

describe('the scheduled task of Windows', () => {
  const LINES: [folder: string, line: string][] = [
    ['C:\\a', '--headless C:\\a/node --max-semi-space-size=16 --env-file=C:\\a/service.env C:\\a/cli.js'],
    [
      'C:\\a b',
      '--headless "C:\\a b/node" --max-semi-space-size=16 "--env-file=C:\\a b/service.env" "C:\\a b/cli.js"',
    ],
    [
      'C:\\R&D',
      '--headless C:\\R&amp;D/node --max-semi-space-size=16 --env-file=C:\\R&amp;D/service.env C:\\R&amp;D/cli.js',
    ],
  ];
  for (const [folder, line] of LINES)
    it(`starts what is in ${folder}`, () => {
      const xml = windowsTaskXml(inFolder(folder), 'PC\\me');
      assert.equal(/<Arguments>(.*)<\/Arguments>/.exec(xml)?.[1]?.replaceAll('&quot;', '"'), line);
    });

  it('keeps a path whole that ends with a backslash', () => {
    const program = { ...PLAIN, script: 'C:\\ends in \\' };
    assert.match(windowsTaskXml(program, 'me'), /&quot;C:\\ends in \\\\&quot;/);
  });

  it('belongs to the user, without additional rights or a time limit', () => {
    const xml = windowsTaskXml(PLAIN, 'R&D\\me');
    assert.ok(xml.startsWith('\ufeff<?xml version="1.0" encoding="UTF-16"?>'));
    assert.equal(xml.match(/<UserId>R&amp;D\\me<\/UserId>/g)?.length, 2);
    assert.match(xml, /LeastPrivilege[\s\S]*<ExecutionTimeLimit>PT0S</);
    const { encoding, file, install } = windowsTask(PLAIN, 'C:\\state', 'me');
    assert.deepEqual([encoding, file], ['utf16le', 'C:\\state\\service.xml']);
    assert.ok(install.every(({ call }) => call[0] === 'schtasks'));
  });
});

describe('a program that is kept for a while', () => {
  const PATHS: [path: string, isKept: boolean][] = [
    ['/home/me/.npm/_npx/6f2a/node_modules/.bin/codex-relay', true],
    ['C:\\Users\\me\\AppData\\Local\\npm-cache\\_npx\\6f2a\\node_modules\\codex-relay\\dist\\cli.js', true],
    ['/home/me/.cache/pnpm/dlx/abc/def/node_modules/codex-relay/dist/cli.js', true],
    ['/tmp/xfs-1234/dlx-99/node_modules/codex-relay/dist/cli.js', true],
    ['/tmp/bunx-1000-codex-relay@latest/node_modules/codex-relay/dist/cli.js', true],
    ['/usr/lib/node_modules/codex-relay/dist/cli.js', false],
    ['/home/dlx-fan/codex-relay/dist/cli.js', false],
  ];
  for (const [path, isKept] of PATHS) {
    it(`${isKept ? 'is' : 'is not'} at ${path}`, () => assert.equal(isKeptForAWhile(path), isKept));
  }
});

describe('the time to end', () => {
  it('is what running answers may take, as far as a system can be told', () => {
    assert.match(systemdUnit(PLAIN), /^TimeoutStopSec=50$/m);
    assert.match(launchdPlist(PLAIN), /<key>ExitTimeOut<\/key>\s*<integer>50<\/integer>/);
  });

  it('is waited for before another is started', () => {
    const { install } = launchdService(PLAIN, '/Users/me', 501);
    assert.deepEqual(install.at(-1)?.again, { codes: [5, 37], ms: 50_000 });
    const systemd = systemdService(PLAIN, '/home/me/.config');
    for (const verb of ['restart', 'disable']) {
      const step = [...systemd.install, ...systemd.remove].find(({ call }) => call.includes(verb));
      assert.equal(step?.isSlow, true, verb);
    }
  });
});

describe('a step of the system', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'codex-relay-steps-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Fails with `code` until it has been called as often as this. */
  const failing = (times: number, code: number): Step['call'] => {
    const script = `const file = ${JSON.stringify(join(folder, 'calls'))};
      require('fs').appendFileSync(file, '.');
      process.exit(require('fs').readFileSync(file).length <= ${times} ? ${code} : 0);`;
    return [process.execPath, '-e', script];
  };
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').length;
  const again = { codes: [5, 37], ms: 30_000 };

  for (const code of again.codes) {
    it(`is taken again while it fails with ${code}`, async () => {
      await takeSteps([{ call: failing(2, code), again }]);
      assert.equal(calls(), 3);
    });
  }

  const ONCE: [name: string, step: Step][] = [
    ['fails otherwise', { call: ['', ''], again }],
    ['has had its time', { call: ['', ''], again: { ...again, codes: [1], ms: -1 } }],
    ['is not to be taken again', { call: ['', ''] }],
  ];
  for (const [name, step] of ONCE) {
    it(`is taken once where it ${name}`, async () => {
      await assert.rejects(takeSteps([{ ...step, call: failing(9, 1) }]), /failed: exit code 1/);
      assert.equal(calls(), 1);
    });
  }
});

it('no definition of a service can hold a key', () => {
  // They are made of paths alone.
  for (const text of [systemdUnit(PLAIN), launchdPlist(PLAIN), windowsTaskXml(PLAIN, 'me')])
    assert.doesNotMatch(text, /CODEX_RELAY|Environment/);
});

function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}
