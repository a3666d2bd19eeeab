import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addRelayKeys } from '../../../src/codex/config-edit.ts';
import { parseNativeEntries } from '../../../src/codex/native-file.ts';
import type { JsonObject } from '../../../src/json.ts';
import { llamaServer } from '../../providers/strict/servers/llamacpp.ts';
import { lmStudioServer } from '../../providers/strict/servers/lmstudio.ts';
import type { LocalServer } from '../../providers/strict/servers/model.ts';
import { ollamaServer } from '../../providers/strict/servers/ollama.ts';
import { vllmServer } from '../../providers/strict/servers/vllm.ts';
import { type CliResult, killLeftovers, runCli, startRelayCli } from '../../support/cli-process.ts';
import { call, nativeEvents, nativeReply, startNativeUpstream, text } from '../../support/native-upstream.ts';
import { NOBODYS_PORT } from '../../support/ports.ts';
import {
  errorReply,
  jsonReply,
  type ReceivedChat,
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../../support/scripted-upstream.ts';

const KEY = 'upstream-key-of-the-doctor';
const TOKEN = 'local-token-of-the-doctor';
const CALL = { id: 'call_1', name: 'exec_command', arguments: { cmd: 'echo ok' } };

/** A healthy provider. */
function healthy({ body }: ReceivedChat) {
  return body.tools ? streamReply(toolCallChunks(CALL)) : streamReply(textChunks('OK'));
}

describe('codex-relay doctor', () => {
  let home: string;
  let upstream: ScriptedUpstream | undefined;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'codex-home-'));
  });
  afterEach(async () => {
    killLeftovers();
    await upstream?.stop();
    upstream = undefined;
    await rm(home, { recursive: true });
  });

  async function configure(port: number, token?: string, model?: string): Promise<void> {
    const profile = addRelayKeys('', { port, ...(token && { token }), ...(model && { model }) });
    await writeFile(join(home, 'codex-relay.config.toml'), profile);
    await writeFile(join(home, 'codex-relay.models.json'), '{}');
  }

  async function examine(args: string[] = [], environment: Record<string, string> = {}): Promise<CliResult> {
    const all = { PATH: '', CODEX_HOME: home, CODEX_RELAY_API_KEY: KEY, ...environment };
    const result = await runCli(['doctor', '--model', 'scripted-model', ...args], { environment: all });
    assert.equal(result.stderr, '');
    assert.ok(!result.stdout.includes(KEY) && !result.stdout.includes(TOKEN), 'no secret is shown');
    return result;
  }

  async function provider(script: Script): Promise<string[]> {
    upstream = await startScriptedUpstream(script);
    return ['--upstream', upstream.url];
  }

  /** The line of one check, with what to do about it. */
  function lineOf({ stdout }: CliResult, check: string): string {
    return new RegExp(`^\\w+ +${check} .*(\\n {19}.*)?`, 'm').exec(stdout)?.[0] ?? assert.fail(stdout);
  }

  it('finds nothing wrong with a running relay, and needs no key for that', async () => {
    const flags = await provider(healthy);
    const environment = { CODEX_RELAY_API_KEY: KEY, CODEX_RELAY_TOKEN: TOKEN };
    const { url } = await startRelayCli([...flags, '--model', 'scripted-model'], { environment });
    await configure(Number(new URL(url).port), TOKEN);
    const result = await examine([], { CODEX_RELAY_API_KEY: '' });
    assert.equal(result.code, 0, result.stdout);
    assert.deepEqual(
      result.stdout.split('\n').map((line) => line.slice(0, 18).trim()),
      [
        'note  codex',
        '',
        'ok    config',
        'ok    port',
        'ok    token',
        'ok    upstream',
        'ok    key',
        'ok    model',
        'ok    answer',
        'ok    tool call',
        'All is well.',
        '',
      ],
    );
  });

  it("tells that the provider's own Responses API is spoken, and what was repaired", async () => {
    const native = await startNativeUpstream(({ body }) =>
      body['tools'] ? nativeReply(call(CALL.name, CALL.arguments)) : nativeReply(text('OK')),
    );
    const flags = ['--upstream', native.url, '--wire', 'openai-compatible=responses'];
    const result = await examine(flags);
    await native.stop();
    assert.match(lineOf(result, 'answer'), /by the provider's own Responses API \(repairs: none\)/);
    assert.match(lineOf(result, 'tool call'), /by the provider's own Responses API/);
  });

  it('finds out what a Responses endpoint takes, and prints an entry for the file that the relay reads', async () => {
    const native = await startNativeUpstream(({ body }) => {
      const [tool] = body['tools'] ? (body['tools'] as JsonObject[]) : [];
      if (tool !== undefined && tool['type'] !== 'function')
        return errorReply(422, `tools[0].type: unknown variant \`${String(tool['type'])}\``);
      const said = tool === undefined ? text('{"value":"ok"}') : call(String(tool['name']), { value: 'ok' });
      return jsonReply(nativeEvents(said).at(-1)?.['response']);
    });
    const flags = ['--probe-native', '--upstream', native.url];
    const shown = await examine(flags);
    const { stdout } = await examine([...flags, '--json']);
    await native.stop();
    assert.equal(shown.code, 0, shown.stdout);
    assert.match(shown.stdout, /^FAIL {2}3\/8 namespace .*unknown variant `namespace` \(HTTP 422\)$/m);
    assert.match(shown.stdout, /write this into codex-relay\.native\.json/);
    const { probed, entries } = JSON.parse(stdout);
    assert.equal(probed.length, 8);
    assert.equal(entries['openai-compatible/scripted-model'].wire, 'responses');
    assert.deepEqual(parseNativeEntries(JSON.stringify(entries)), entries);
  });

  it('says nothing about an endpoint that does not answer', async () => {
    const result = await examine(['--probe-native', '--upstream', 'http://127.0.0.1:1/v1']);
    assert.equal(result.code, 1);
    assert.match(result.stdout, /There is nothing to tell the relay/);
  });

  it('stands in for a relay that is not running', async () => {
    await configure(NOBODYS_PORT);
    const result = await examine(await provider(healthy));
    assert.equal(result.code, 0, result.stdout);
    assert.match(
      lineOf(result, 'port'),
      /^note .* no relay listens on 127\.0\.0\.1:\d+.*\n.*Start it before Codex/,
    );
    assert.match(lineOf(result, 'tool call'), /^ok /);
  });

  it('shows what a provider says without the control sequences in it', async () => {
    const flags = await provider(() => errorReply(400, 'No \u001b[2J\u009b1mmodel'));
    const { stdout } = await examine(flags);
    assert.match(stdout, /No \\u001b\[2J\\u009b1mmodel/);
    assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u);
  });

  it('prints the findings as JSON', async () => {
    await configure(NOBODYS_PORT);
    const { code, stdout } = await examine([...(await provider([])), '--json']);
    const { ok, findings } = JSON.parse(stdout) as {
      ok: boolean;
      findings: { check: string; state: string }[];
    };
    assert.deepEqual([code, ok], [1, false]);
    assert.deepEqual(
      findings.map(({ check, state }) => `${check}: ${state}`),
      [
        'codex: attention',
        'config: ok',
        'port: attention',
        'token: skipped',
        'upstream: ok',
        'key: ok',
        'model: ok',
        'answer: problem',
        'tool call: problem',
      ],
    );
  });

  const AILING: [what: string, script: Script, check: string, says: RegExp][] = [
    ['a refused key', () => errorReply(401, 'Incorrect key'), 'answer', /^FAIL .*Incorrect key/],
    ['an empty answer', () => streamReply(textChunks('')), 'answer', /^FAIL /],
    ['a model without tools', () => streamReply(textChunks('OK')), 'tool call', /^FAIL .*\n.*calls tools/],
    ['a broken stream', () => ({ body: ['data: {"id":"x","choices":[]}\n\n'] }), 'answer', /^FAIL /],
  ];
  for (const [what, script, check, says] of AILING) {
    it(`finds ${what}`, async () => {
      await configure(NOBODYS_PORT);
      const result = await examine(await provider(script));
      assert.equal(result.code, 1);
      assert.match(lineOf(result, check), says);
    });
  }

  const WINDOWS: [what: string, provider: string, server: LocalServer, says: RegExp][] = [
    [
      "Ollama's default, in which the prompt is cut in silence",
      'ollama',
      ollamaServer({ model: 'q:latest' }),
      /^note .*4,096 tokens; .*\n.*OLLAMA_CONTEXT_LENGTH=32768.*num_ctx/,
    ],
    [
      'what Ollama has loaded the model with',
      'ollama',
      ollamaServer({ model: 'q:latest', window: 65536 }),
      /^ok .*65,536 tokens/,
    ],
    [
      'a small window of llama.cpp',
      'llamacpp',
      llamaServer({ model: 'q', window: 15_999 }),
      /^note .*15,999 tokens.*\n.*llama-server -c 32768/,
    ],
    [
      'the smallest that will do',
      'llamacpp',
      llamaServer({ model: 'q', window: 16_000 }),
      /^ok .*16,000 tokens/,
    ],
    [
      'a small window of LM Studio',
      'lmstudio',
      lmStudioServer({ model: 'q', window: 4096 }),
      /^note .*4,096 tokens.*\n.*Context Length in LM Studio/,
    ],
    [
      'a small window of vLLM',
      'vllm',
      vllmServer({ model: 'q', window: 8192 }),
      /^note .*8,192 tokens.*\n.*--max-model-len/,
    ],
    [
      'a small window at an address that names nobody',
      'openai-compatible',
      llamaServer({ model: 'q', window: 8192 }),
      /^note .*8,192 tokens.*\n.*llama-server -c, OLLAMA_CONTEXT_LENGTH/,
    ],
  ];
  for (const [what, provider, server, says] of WINDOWS) {
    it(`tells ${what}`, async () => {
      await configure(NOBODYS_PORT);
      upstream = await startScriptedUpstream(server.answer, [], server.routes);
      const result = await examine(['--provider', provider, '--upstream', upstream.url, '--model', 'q']);
      assert.match(lineOf(result, 'window'), says);
    });
  }

  it('understands a name without its implied tag', async () => {
    await configure(NOBODYS_PORT, undefined, 'q');
    const server = ollamaServer({ model: 'q:latest', window: 65536 });
    upstream = await startScriptedUpstream(server.answer, [], server.routes);
    const result = await examine(['--provider', 'ollama', '--upstream', upstream.url]);
    assert.match(lineOf(result, 'model'), /^ok +model +q$/m);
    assert.match(lineOf(result, 'window'), /^ok /);
  });

  const ALIASES: [what: string, data: unknown, says: RegExp][] = [
    [
      'the first fit model, where none is chosen',
      [{ id: 'embed', type: 'embedding' }, { id: 'chat' }],
      /^ok .*codex-relay, which stands for chat$/m,
    ],
    [
      'nothing, where no model is fit',
      [{ id: 'embed', type: 'embedding' }],
      /^FAIL .*stands for no model.*\n.*--model/,
    ],
    ['nothing, where none is listed', [], /^FAIL .*stands for no model/],
  ];
  for (const [what, data, says] of ALIASES) {
    it(`says that the alias stands for ${what}`, async () => {
      await configure(NOBODYS_PORT);
      upstream = await startScriptedUpstream(healthy, [], ({ method }) =>
        method === 'GET' ? jsonReply({ data }) : undefined,
      );
      const result = await runCli(['doctor', '--upstream', upstream.url], {
        environment: { PATH: '', CODEX_HOME: home },
      });
      assert.match(lineOf(result, 'model'), says);
    });
  }

  it('reports a provider that cannot be reached, and does not ask it again', async () => {
    await configure(NOBODYS_PORT);
    const result = await examine(['--upstream', `http://127.0.0.1:${NOBODYS_PORT}/v1`]);
    assert.equal(result.code, 1);
    assert.match(lineOf(result, 'upstream'), /^FAIL .*cannot be reached/);
    assert.match(lineOf(result, 'answer'), /^skip /);
  });

  it('reports a relay with another token', async () => {
    const { url } = await startRelayCli(['--demo'], { environment: { CODEX_RELAY_TOKEN: TOKEN } });
    await configure(Number(new URL(url).port), 'an old token');
    const result = await examine();
    assert.equal(result.code, 1);
    assert.match(lineOf(result, 'token'), /^FAIL .*\n.*codex-relay --write-config/);
  });

  const STRANGERS: [what: string, answer: string, check: string, says: RegExp][] = [
    ['another program', 'hello', 'port', /^FAIL .*127\.0\.0\.1:\d+ is used by another program/],
    ['what looks healthy', '{"status":"ok"}', 'port', /^FAIL .*is used by another program/],
    ['what calls itself a relay', '{"service":"codex-relay"}', 'token', /^note .*asks for none/],
    ['a relay with another token', '{"service":"codex-relay","proof":"00"}', 'token', /^FAIL .*token/],
  ];
  for (const [what, answer, check, says] of STRANGERS) {
    it(`reports ${what} on the port, and does not send it the token`, async () => {
      const told: string[] = [];
      const server = createServer(({ url = '', headers }, response) => {
        told.push(url + JSON.stringify(headers));
        response.end(answer);
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      await configure((server.address() as AddressInfo).port, TOKEN);
      const result = await examine(await provider(healthy));
      server.close();
      server.closeAllConnections();
      assert.equal(result.code, 1);
      assert.match(lineOf(result, check), says);
      assert.ok(told.length > 0 && told.every((text) => !text.includes(TOKEN)), told.join('\n'));
    });
  }

  const CONFIGS: [what: string, files: Record<string, string>, args: string[], says: RegExp][] = [
    ['no configuration', {}, [], /^FAIL .*names the relay\n.*codex-relay --write-config/],
    ['a broken file', { 'config.toml': 'a =\n' }, [], /^FAIL .*config\.toml, line 1, column \d+/],
    [
      'another port',
      { 'config.toml': addRelayKeys('', { port: 1 }) },
      ['--port', '2'],
      /^FAIL .*port 1, not 2/,
    ],
    ['no catalog', { 'config.toml': addRelayKeys('', { port: 1 }) }, [], /^FAIL .*models\.json is missing/],
    [
      'a provider elsewhere',
      { 'config.toml': 'model_provider = "codex-relay"\n[model_providers.codex-relay]\nname = "x"\n' },
      [],
      /^FAIL .*does not point to a relay/,
    ],
  ];
  for (const [what, files, args, says] of CONFIGS) {
    it(`finds ${what}`, async () => {
      for (const [file, text] of Object.entries(files)) await writeFile(join(home, file), text);
      const result = await examine([...args, ...(await provider(healthy))]);
      assert.equal(result.code, 1);
      assert.match(lineOf(result, 'config'), says);
    });
  }

  it('points out settings that are in the way', async () => {
    await configure(NOBODYS_PORT);
    await writeFile(join(home, 'config.toml'), 'profile = "x"\n');
    const { code, stdout } = await examine(await provider(healthy));
    assert.equal(code, 1);
    assert.match(stdout, /^FAIL {2}config {7}config\.toml, line 1: `profile` stops Codex/m);
  });
});
