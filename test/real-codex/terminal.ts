/** Drives Codex's own screen as a person does: in a terminal that util-linux's `script` makes, with keys and eyes. */
import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CodexPlace, environment } from './codex.ts';
import { Screen } from './screen.ts';

export interface Terminal extends AsyncDisposable {
  /** Types a text, or keys as a terminal sends them. */
  type(text: string): void;
  /** Resolves with the screen once it shows this. Rejects, with the screen, when Codex ends or shows it too late. */
  shows(what: RegExp | string): Promise<string>;
}

const ROWS = 50;
const COLUMNS = 140;
const PATIENCE_MS = 90_000;

/** Whether this machine can make a terminal for a program. */
export const HAS_TERMINAL = process.platform === 'linux';

/**
 * Starts Codex in a workspace that its user trusts.
 * @param place Codex's home and workspace
 */
export async function startTerminal(
  executable: string,
  place: CodexPlace,
  args: readonly string[] = [],
): Promise<Terminal> {
  const trust = `\n[projects.${JSON.stringify(place.workspace)}]\ntrust_level = "trusted"\n`;
  await appendFile(join(place.home, 'config.toml'), trust);
  const command = `stty rows ${ROWS} cols ${COLUMNS}; exec ${[executable, ...args].map(quoted).join(' ')}`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: place.workspace,
    env: {
      ...environment(place, ''),
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
    },
  });
  const screen = new Screen(ROWS, COLUMNS);
  const looks = new Set<() => void>();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => {});
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    child.stdin.write(screen.write(text));
    for (const look of looks) look();
  });
  return {
    type: (text) => void child.stdin.write(text),
    shows: (what) =>
      new Promise((resolve, reject) => {
        const fail = (why: string) => reject(new Error(`${why} ${what}. The screen:\n${screen.text}`));
        const timer = setTimeout(() => fail('Codex did not show'), PATIENCE_MS);
        const look = () => {
          const { text } = screen;
          if (typeof what === 'string' ? !text.includes(what) : !what.test(text)) return;
          clearTimeout(timer);
          looks.delete(look);
          resolve(text);
        };
        looks.add(look);
        look();
        void ended.then(() => fail('Codex ended before it showed'));
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** As one word of a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
