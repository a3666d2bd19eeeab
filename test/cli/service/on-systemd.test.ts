/**
 * The service in a real systemd of its own: a user's manager that sees a `/run` and a home of this test alone. That
 * takes root and Linux; elsewhere there is only what the command says where it cannot reach the system.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HAS_OPENSSL, makeCertificate } from '../../support/certificate.ts';
import { runCli } from '../../support/cli-process.ts';
import { freePort } from '../../support/ports.ts';

const SYSTEMD = '/lib/systemd/systemd';
const CLI = join(import.meta.dirname, '../../../dist/cli.js');

/** Prints the result of each step for the test. */
const SCRIPT = `
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system "$XDG_RUNTIME_DIR" || exit 77
env -u CODEX_RELAY_API_KEY ${SYSTEMD} --user >/dev/null 2>&1 & manager=$!
for i in $(seq 50); do systemctl --user show-environment >/dev/null 2>&1 && break; sleep 0.1; done
systemctl --user show-environment >/dev/null 2>&1 || exit 77
cli() { "$NODE" "$CLI" "$@"; echo "exit $?"; }
pid() { systemctl --user show -p MainPID --value codex-relay; }
# As a desktop does that imports the environment of a login.
systemctl --user set-environment CODEX_RELAY_PORT=1 CODEX_RELAY_TOKEN=stale CODEX_RELAY_LOG_FORMAT=nonsense
echo "== install"; cli service install --upstream http://127.0.0.1:1/v1 2>&1
echo "== secrets"; { tr '\\0' '\\n' </proc/$(pid)/cmdline; tr '\\0' '\\n' </proc/$(pid)/environ; systemctl --user show codex-relay; cat "$HOME/.config/systemd/user/codex-relay.service"; } | grep -c "sk-secret"
echo "== mode"; stat -c %a "$XDG_STATE_HOME/codex-relay/service.env"
echo "== killed"; old=$(pid); [ "$old" -gt 1 ] && kill -9 "$old"; for i in $(seq 100); do [ "$(pid)" != "$old" ] && [ "$(pid)" != 0 ] && break; sleep 0.1; done
for i in $(seq 100); do cli service status | grep -q "exit 0" && break; sleep 0.1; done; cli service status 2>&1
echo "== again"; cli service install --upstream http://127.0.0.1:2/v1 2>&1
echo "== broken"; cli service install --upstream http://127.0.0.1:3/v1 --port "$OTHER" --history-store disk --history-dir /proc/nowhere 2>&1
cli service status 2>&1
if [ -n "$TLS_CERT" ]; then
echo "== https"; cli service install --upstream http://127.0.0.1:1/v1 --listen "$ADDRESS" --public-url https://relay.example.com --tls-cert "$TLS_CERT" --tls-key "$TLS_KEY" 2>&1
cli service status 2>&1; cli targets --listen "$ADDRESS" --tls-cert "$TLS_CERT" 2>&1; cli targets --listen "$ADDRESS" 2>&1
fi
echo "== default"; cli --write-config --default --yes >/dev/null 2>&1; grep -c codex-relay "$HOME/.codex/config.toml"
echo "== remove"; cli service remove --yes 2>&1
echo "== left"; find "$HOME" "$XDG_STATE_HOME" -type f -not -path '*/compiled/*'; cli service remove 2>&1; cli service status 2>&1
kill $manager; wait $manager
`;

describe('codex-relay service', function () {
  this.timeout(120_000);
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'codex-relay-service-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('runs under systemd: installed, killed, installed again, removed', async function () {
    if (process.getuid?.() !== 0 || !existsSync(SYSTEMD)) return this.skip();
    const [port, other] = [await freePort(), await freePort()];
    const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
    const address = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    // Its name is nobody's, and it is signed by itself alone.
    using certificate = HAS_OPENSSL ? await makeCertificate(['relay.example.com']) : undefined;
    if (certificate !== undefined) writeFileSync(join(root, 'key.pem'), certificate.key);
    const { status, stdout, stderr } = spawnSync('unshare', ['-m', 'bash', '-c', SCRIPT], {
      encoding: 'utf8',
      timeout: 110_000,
      env: {
        PATH: process.env['PATH'],
        HOME: join(root, 'ho me 50%h'),
        XDG_RUNTIME_DIR: join('/run', 'of-the-test'),
        XDG_STATE_HOME: join(root, 'state'),
        NODE: process.execPath,
        CLI,
        OTHER: `${other}`,
        ADDRESS: address ?? '127.0.0.2',
        TLS_CERT: certificate?.certFile ?? '',
        TLS_KEY: join(root, 'key.pem'),
        CODEX_RELAY_API_KEY: 'sk-secret',
        CODEX_RELAY_PORT: `${port}`,
        CODEX_RELAY_TOKEN: 'local-token',
      },
    });
    // A container may forbid mounts.
    if (status === 77 || /unshare/.test(stderr)) return this.skip();
    const parts = Object.fromEntries(
      stdout
        .split(/^== /m)
        .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
    );
    const said = (part: string, pattern: RegExp) => assert.match(parts[part] ?? '', pattern, stdout + stderr);
    said('install', /Installed as a unit of systemd[\s\S]*only you can read \(mode 0600\)[\s\S]*exit 0/);
    said('secrets', /^0$/m);
    said('mode', /^600$/m);
    said('killed', /It runs, and a program listens[\s\S]*exit 0/);
    said('again', /exit 0/);
    said(
      'broken',
      /taken out again. Its log says why: journalctl[\s\S]*It runs, and a program listens[\s\S]*exit 0/,
    );
    if (certificate !== undefined) {
      const where = `https://${address ?? '127.0.0.2'}:${port}`;
      said('https', new RegExp(`Installed as[\\s\\S]*It serves on ${where}\\.[\\s\\S]*exit 0`));
      said('https', /It runs, and a program listens on [\s\S]*exit 0\n\* .*: fine\nexit 0/);
      said('https', /is used by another program, not by a relay without --tls-cert\nexit 1/);
    }
    said('default', /^[1-9]/m);
    said('remove', /Removed, with its keys[\s\S]*Attention: plain codex[\s\S]*exit 0/);
    assert.doesNotMatch(parts['left'] ?? '', /service\.env|\.service$|config\.toml/m, stdout);
    said('left', /There is no service of Codex Relay[\s\S]*exit 0[\s\S]*Not installed[\s\S]*exit 1/);
  });

  const REFUSED: [args: string[], says: RegExp, code: number][] = [
    [['service'], /service takes one of install, remove, status/, 2],
    [['service', 'start'], /service takes one of install, remove, status/, 2],
    [['service', 'install', 'now'], /a word that belongs to no option/, 2],
    [
      ['service', 'install', '--upstream', 'http://127.0.0.1:1', '--listen', '0.0.0.0'],
      /0\.0\.0\.0 lets others in/,
      2,
    ],
    [
      ['service', 'install', '--upstream', 'http://127.0.0.1:1', '--tls-cert', 'cert.pem'],
      /--tls-cert and --tls-key belong/,
      2,
    ],
    [
      [
        'service',
        'install',
        '--upstream',
        'http://127.0.0.1:1',
        '--tls-cert',
        '/nowhere/cert.pem',
        '--tls-key',
        '/nowhere/key.pem',
      ],
      /no such file .*\/nowhere\//,
      1,
    ],
    [['service', 'install', '--provider', 'deepseek'], /DeepSeek needs a key: set CODEX_RELAY_API_KEY/, 2],
    [
      ['service', 'install', '--port', '0', '--upstream', 'http://127.0.0.1:1'],
      /--port 0 is another port/,
      2,
    ],
  ];
  for (const [args, says, code] of REFUSED)
    it(`refuses ${args.join(' ')}`, async () => {
      const result = await runCli(args, { environment: { HOME: root } });
      assert.match(result.stderr, says);
      assert.equal(result.code, code);
    });

  it('installs nothing where the system cannot be reached', async function () {
    if (process.platform !== 'linux') return this.skip();
    for (const path of ['', process.env['PATH'] ?? '']) {
      const environment = {
        HOME: root,
        PATH: path,
        XDG_RUNTIME_DIR: root,
        DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
      };
      const args = ['service', 'install', '--upstream', 'http://127.0.0.1:1'];
      const { code, stderr } = await runCli(args, { environment });
      assert.equal(code, 1);
      assert.match(stderr, /systemctl was not found|services cannot be reached, so nothing was installed/);
      assert.equal(existsSync(join(root, '.config')), false);
      assert.equal(existsSync(join(root, '.local', 'state', 'codex-relay', 'service.env')), false);
    }
  });
});
