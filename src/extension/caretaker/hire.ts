/** Starts this window's caretaker, a separate process that outlives VS Code. */
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { type Orders, writeWord } from './orders.ts';

export interface Hired {
  send(orders: Orders): void;
  /** Tells it that it is no longer needed. */
  dismiss(): void;
}

/**
 * @param program path of dist/caretaker.cjs
 * @param onGone called once, if it ends by itself or cannot be started
 */
export function hire(program: string, onGone: (why: string) => void): Hired {
  const child = spawn(process.execPath, [program], {
    // Not the workspace: on Windows a folder cannot be removed while a process is in it.
    cwd: homedir(),
    env: environmentOf(process.env),
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  child.once('error', (error) => onGone(error.message));
  child.once('exit', (code, signal) => onGone(`it ended with ${code ?? signal}`));
  // Writing to a process that has ended fails here; its end is reported above.
  child.stdin.on('error', () => {});
  return {
    send: (orders) => child.stdin.write(writeWord({ kind: 'orders', orders })),
    dismiss: () => {
      child.removeAllListeners();
      child.once('error', () => {});
      child.stdin.end(writeWord({ kind: 'dismiss' }));
    },
  };
}

/** Leaves out the variables of VS Code's own processes; a desktop VS Code's executable acts as Node only if told to. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name),
  );
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}
