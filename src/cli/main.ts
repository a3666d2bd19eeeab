#!/usr/bin/env node
/** The executable. Loads the rest only if it can run, because the libraries fail to load on an older Node. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const OLDEST_NODE = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  process.stderr.write(
    `codex-relay: this is Node ${process.versions.node}, but ${OLDEST_NODE.join('.')} or newer is needed: see https://nodejs.org\n`,
  );
  process.exit(1);
}
keepCompiledCode();
const { outliveReaders } = await import('./broken-output.ts');
outliveReaders(process);
const { preferServiceFile } = await import('./service/own-environment.ts');
preferServiceFile(process.execArgv, process.env);
const { run } = await import('./run.ts');
const exitCode = await run(process.argv.slice(2), process.env);
process.exitCode ||= exitCode;
// Output may still drain, but idle keep-alive connections must not keep the process running.
setTimeout(() => process.exit(), 500).unref();

/**
 * Compiling takes half of the start. Compiled code is cached where only this user can write, not in Node's shared
 * place.
 */
function keepCompiledCode(): void {
  const { XDG_CACHE_HOME: named = '' } = process.env;
  // A relative path would be in the working directory, where others may write.
  const caches = isAbsolute(named) ? named : join(homedir(), '.cache');
  enableCompileCache(join(caches, 'codex-relay', 'compiled'));
}
