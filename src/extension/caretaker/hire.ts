/** Starts the caretaker of this window. It is a process of its own, which outlives VS Code. */
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { type Orders, writeWord } from './orders.ts';

export interface Hired {
  send(orders: Orders): void;
  /** It is not needed any longer. */
  dismiss(): void;
}

/**
 * @param program path of dist/caretaker.cjs
 * @param onGone called once, when it ended by itself or could not be started
 */
export function hire(program: string, onGone: (why: string) => void): Hired {
  const child = spawn(process.execPath, [program], {
    // Not in the workspace: Windows lets nobody remove a folder that a process is in.
    cwd: homedir(),
    env: environmentOf(process.env),
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  child.once('error', (error) => onGone(error.message));
  child.once('exit', (code, signal) => onGone(`it ended with ${code ?? signal}`));
  // What is written to one that has ended comes back as an error here; that it ended is told above.
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

/** What belongs to VS Code's own processes stays with them; the program of a desktop VS Code is Node only if told so. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name),
  );
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}
