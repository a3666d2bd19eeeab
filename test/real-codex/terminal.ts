/** Codex's own screen, in a terminal that Python's `pty` module makes. */
import { spawn, spawnSync } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CodexPlace, environment } from './codex.ts';

export interface Terminal extends AsyncDisposable {
  /** Resolves when this stands in what was drawn so far, escape sequences included. */
  shows(text: string): Promise<void>;
}

/** Gives the new terminal a size, and runs what follows in it. */
const IN_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
pty._copy(terminal)
`;

/** Whether there is a Python to make one. */
export const HAS_TERMINAL = spawnSync('python3', ['-c', 'import pty']).status === 0;

/** Asks where the cursor is, and which kind of terminal this is. */
const [WHERE, WHICH] = ['\u001b[6n', '\u001b[c'];
const [HERE, PLAIN] = ['\u001b[1;1R', '\u001b[?1;2c'];

/** Starts Codex in a workspace that its user trusts. */
export async function startTerminal(
  executable: string,
  place: CodexPlace,
  args: readonly string[],
): Promise<Terminal> {
  const trust = `\n[projects.${JSON.stringify(place.workspace)}]\ntrust_level = "trusted"\n`;
  await appendFile(join(place.home, 'config.toml'), trust);
  const child = spawn('python3', ['-c', IN_TERMINAL, executable, ...args], {
    cwd: place.workspace,
    env: { ...environment(place, ''), TERM: 'xterm-256color' },
  });
  let drawn = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    drawn += text;
    if (text.includes(WHERE)) child.stdin.write(HERE);
    if (text.includes(WHICH)) child.stdin.write(PLAIN);
  });
  // It ends with the terminal.
  child.stdin.on('error', () => {});
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    drawn += text;
  });
  return {
    shows(text) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        if (drawn.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      child.once('close', () => reject(new Error(`Codex ended before it showed ${text}:\n${drawn}`)));
      look();
      return promise.finally(() => child.stdout.off('data', look));
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await closed;
    },
  };
}
