#!/usr/bin/env node
/** The executable. Loads the rest only where it can run, since the libraries fail to load on an older Node. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const OLDEST_NODE = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  process.stderr.write(
    `codex-relay: this is Node ${process.versions.node}, but ${OLDEST_NODE.join('.')} or newer is needed: see https://nodejs.org\n`,
  );
  process.exit(1);
}
keepCompiledCode();
const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2), process.env);
// Output still drains, but idle kept-alive connections must not keep the process running.
setTimeout(() => process.exit(), 500).unref();

/** Half of a start is compiling. What was compiled is kept where only this user writes, and not in Node's shared place. */
function keepCompiledCode(): void {
  const { XDG_CACHE_HOME: caches = join(homedir(), '.cache') } = process.env;
  enableCompileCache(join(caches, 'codex-relay', 'compiled'));
}
