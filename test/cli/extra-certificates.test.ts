/** Node ignores the variable in the file of `--env-file`, so each case is a process with such a file. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { pathToFileURL } from 'node:url';
import { variablesText } from '../../src/cli/service/variables.ts';

const MODULE = pathToFileURL(join(import.meta.dirname, '../../src/cli/extra-certificates.ts'));
const PROGRAM = `
import tls from 'node:tls';
import { trustExtraCertificates } from '${MODULE}';
const before = new Set(tls.getCACertificates('default'));
const warnings = [];
await trustExtraCertificates(process.env, { warn: (text) => warnings.push(text) });
const more = tls.getCACertificates('default').filter((one) => !before.has(one)).length;
const now = new Set(tls.getCACertificates('default'));
const lacking = tls.getCACertificates('system').filter((one) => !now.has(one)).length;
console.log(JSON.stringify({ more, warnings, ...(process.env.NODE_USE_SYSTEM_CA && { lacking }) }));
`;

/** The certificates of OpenSSL, so that those in the file are not among them. */
const OPENSSL = '--use-openssl-ca';

describe('the extra certificates of a service', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'codex-relay-extra-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function outcomeOf(
    variables: Record<string, string>,
    ...options: string[]
  ): { more: number; warnings: string[]; lacking?: number } {
    const file = join(folder, 'service.env');
    writeFileSync(file, variablesText(variables));
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    const args = [`--env-file=${file}`, ...options, '--input-type=module', '-e', PROGRAM];
    return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8', stdio: 'pipe' }));
  }

  it('are all trusted, however many the file has', () => {
    const certificates = join(folder, 'company.pem');
    writeFileSync(certificates, tls.rootCertificates.slice(0, 2).join('\n'));
    assert.deepEqual(outcomeOf({ NODE_EXTRA_CA_CERTS: certificates }, OPENSSL), { more: 2, warnings: [] });
  });

  it("are the system's too, where Node is told to use them", () => {
    const { lacking, warnings } = outcomeOf({ NODE_USE_SYSTEM_CA: '1' });
    assert.deepEqual([lacking, warnings], [0, []]);
  });

  it('are optional', () => assert.deepEqual(outcomeOf({}, OPENSSL), { more: 0, warnings: [] }));

  it('are ignored with a warning if they cannot be read', () => {
    const { more, warnings } = outcomeOf({ NODE_EXTRA_CA_CERTS: join(folder, 'gone.pem') }, OPENSSL);
    assert.equal(more, 0);
    assert.match(warnings.join(), /^NODE_EXTRA_CA_CERTS is ignored: ENOENT/);
  });
});
