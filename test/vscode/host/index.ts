/** Entry of the suite in the extension host: all test files beside this one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import Reporter from '../../support/reporter.ts';

/** `print` is given where the host's own output cannot be read; rejects when a test failed. */
export function run(print?: (text: string) => void): Promise<void> {
  if (print) Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => print(`${format(...parts)}\n`);
  const mocha = new Mocha({ timeout: 20_000, color: false, retries: 1, reporter: Reporter });
  for (const file of readdirSync(__dirname).toSorted())
    if (file.endsWith('.test.cjs')) mocha.addFile(join(__dirname, file));
  return new Promise((resolve, reject) => {
    mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} tests failed`))));
  });
}
