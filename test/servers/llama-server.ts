/** llama.cpp's own HTTP server, as the Python package xllamacpp brings it without a compiler. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { codexCache } from '../real-codex/install.ts';
import { pythonWith } from '../support/install-once.ts';

/** The package's release; behind the last dot llama.cpp's own build. */
export const RELEASE = '2026.10.11549';

const PROGRAM = join(import.meta.dirname, 'serve.py');

/** The Python that runs it, installed first where it is not there. */
function llamaPython(): Promise<string> {
  return pythonWith(join(codexCache(), `xllamacpp-${RELEASE}`), [`xllamacpp==${RELEASE}`]);
}

export interface ModelServer extends AsyncDisposable {
  /** Base URL with `/v1`. */
  url: string;
}

/** Serves the model file with one slot of `window` tokens. Rejects with what the server wrote when it does not start. */
export async function startLlamaServer(model: string, window: number): Promise<ModelServer> {
  const child = spawn(await llamaPython(), ['-I', PROGRAM, model, `${window}`]);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4000)));
  const closed = once(child, 'close');
  const lines = createInterface(child.stdout);
  const first = Promise.race([once(lines, 'line'), closed.then(() => Promise.reject(new Error(log)))]);
  const [address] = await first;
  return {
    url: `${address}/v1`,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const limit = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await closed;
      clearTimeout(limit);
    },
  };
}
