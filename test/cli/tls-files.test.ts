/** A relay with a certificate of its own: what is wrong with the files is said, and a renewed one is used. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expiryOf, readTls, watchTls } from '../../src/cli/tls-files.ts';
import { start } from '../../src/index.ts';
import { recordingLogger } from '../history/support.ts';
import { type Certificate, HAS_OPENSSL, makeCertificate } from '../support/certificate.ts';

const DAY_MS = 86_400_000;

describe('the files of a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-tls-files-'));
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  let [one, other]: Certificate[] = [];
  before(async function () {
    if (!HAS_OPENSSL) this.skip();
    [one, other] = [await makeCertificate(['localhost']), await makeCertificate(['localhost'])];
  });
  after(() => {
    rmSync(folder, { recursive: true });
    one?.[Symbol.dispose]();
    other?.[Symbol.dispose]();
  });

  function write(cert: string | undefined, key: string | undefined): void {
    for (const [file, text] of [
      [files.certFile, cert],
      [files.keyFile, key],
    ] as const) {
      rmSync(file, { force: true });
      if (text !== undefined) writeFileSync(file, text);
    }
  }

  const WRONG: [what: string, write: () => void, why: RegExp][] = [
    ['are not there', () => write(undefined, one?.key), /^--tls-cert: .*cert\.pem cannot be read: ENOENT/],
    ['lack the key', () => write(one?.cert, undefined), /^--tls-key: .*key\.pem cannot be read: ENOENT/],
    [
      'hold no certificate',
      () => write('x', one?.key),
      /^--tls-cert: .*cert\.pem holds no certificate in PEM$/,
    ],
    [
      'hold no key',
      () => write(one?.cert, one?.cert),
      /^--tls-key: .*key\.pem holds no key in PEM without pass/,
    ],
    [
      "hold another's key",
      () => write(one?.cert, other?.key),
      /^--tls-key: .*key\.pem is not the key of the certificate in .*cert\.pem$/,
    ],
  ];
  for (const [what, prepare, why] of WRONG) {
    it(`that ${what} are refused in a sentence`, async () => {
      prepare();
      await assert.rejects(readTls(files), { message: why });
    });
  }

  it('tell whether it is valid now', () => {
    const cert = one?.cert ?? '';
    assert.equal(expiryOf(cert), undefined);
    assert.match(expiryOf(cert, Date.now() + 3 * DAY_MS) ?? '', /^has expired \(20/);
    assert.match(expiryOf(cert, Date.now() - DAY_MS) ?? '', /^is not valid before 20/);
  });

  it('are used when they are renewed, and only once they fit each other', async () => {
    write(one?.cert, one?.key);
    const tls = await readTls(files);
    const logger = recordingLogger();
    const relay = await start({ port: 0, upstream: 'http://127.0.0.1:4/v1', model: 'm', tls });
    const watch = watchTls(files, tls, (texts) => relay.useCertificate(texts), logger);
    try {
      await watch.look();
      assert.equal(await shownBy(relay.port), one?.cert);
      write(other?.cert, one?.key);
      await watch.look();
      assert.deepEqual(logger.lines, []);
      for (let at = 0; at < 3; at++) await watch.look();
      assert.equal(await shownBy(relay.port), one?.cert);
      assert.match(
        logger.lines.join(),
        /^warn tls: the certificate stays as it was: --tls-key: .* is not the key/,
      );
      assert.equal(logger.lines.length, 1);
      write(other?.cert, other?.key);
      await watch.look();
      assert.equal(await shownBy(relay.port), other?.cert);
      assert.match(logger.lines.at(-1) ?? '', /^info tls: the certificate was renewed: valid until /);
    } finally {
      await relay.stop();
    }
  });
});

/** The certificate that a server shows, in PEM. */
function shownBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false },
      () => {
        const text = socket.getPeerX509Certificate()?.toString() ?? '';
        socket.destroy();
        resolve(text);
      },
    );
    socket.on('error', reject);
  });
}
