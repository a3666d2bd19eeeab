#!/usr/bin/env node
/**
 * Stands in for desktop VS Code's executable: takes the command line that @vscode/test-electron gives it, and
 * runs the same suite in the extension host of the VS Code server. Ends with the suite's exit code; 3 when
 * server, browser or extension host broke, 2 for an option that it cannot honour.
 */
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cleanupAll, cleanupOnSignals } from './cleanup.ts';
import { runSuite } from './run-suite.ts';

const say = (line: string) => void writeSync(2, `[vscode on server] ${line}\n`);

function readArguments() {
  const ignored = [
    'no-sandbox',
    'disable-gpu-sandbox',
    'disable-gpu',
    'disable-updates',
    'disable-extensions',
  ].concat(['skip-welcome', 'skip-release-notes', 'no-cached-data', 'disable-workspace-trust']);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(ignored.map((name) => [name, { type: 'boolean' as const }])),
      extensionDevelopmentPath: { type: 'string', multiple: true },
      extensionTestsPath: { type: 'string' },
      // Always fresh folders here.
      'extensions-dir': { type: 'string' },
      'user-data-dir': { type: 'string' },
    },
  });
  const { extensionDevelopmentPath: extensions, extensionTestsPath: tests } = values;
  const [workspace] = positionals;
  if (!isSomeTexts(extensions) || typeof tests !== 'string' || workspace === undefined) {
    throw new Error('--extensionDevelopmentPath, --extensionTestsPath and a workspace are needed');
  }
  return { extensions, tests, workspace };
}

function isSomeTexts(value: unknown): value is [string, ...string[]] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string');
}

cleanupOnSignals();
try {
  process.exitCode = await runSuite(readArguments(), say);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof TypeError ? 2 : 3;
} finally {
  await cleanupAll();
}
