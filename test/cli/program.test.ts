import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../../src/version.ts';
import type { ResponseResource } from '../../src/wire/responses.ts';
import { killLeftovers, runCli, startRelayCli } from '../support/cli-process.ts';
import {
  deltaChunk,
  errorReply,
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../support/scripted-upstream.ts';

const KEY = 'sk-upstream-key';
const TOKEN = 'local-token';

const SHELL = {
  type: 'function',
  name: 'exec_command',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
};

function ask(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'demo', input: 'Say hello', ...body }),
  });
}

/** The whole text of a blocking answer that must have completed. */
async function answerText(response: Response): Promise<string> {
  const answer = (await response.json()) as ResponseResource;
  assert.equal(answer.status, 'completed');
  const message = answer.output.find((item) => item.type === 'message');
  return (message?.content ?? []).map((part) => ('text' in part ? part.text : '')).join('');
}

/** The events of a streamed answer. */
async function eventsOf(response: Response) {
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)));
}

describe('codex-relay', () => {
  let upstream: ScriptedUpstream | undefined;

  async function upstreamOf(script: Script, models?: readonly string[]): Promise<string> {
    upstream = await startScriptedUpstream(script, models);
    return upstream.url;
  }

  afterEach(async () => {
    killLeftovers();
    await upstream?.stop();
    upstream = undefined;
  });

  it('--version prints the version', async () => {
    const result = await runCli(['--version']);
    assert.deepEqual(result, { code: 0, stdout: `codex-relay ${VERSION}\n`, stderr: '' });
  });

  for (const caches of ['', 'relative']) {
    it(`leaves the working directory alone where the folder for caches is "${caches}"`, async () => {
      const directory = await mkdtemp(join(tmpdir(), 'codex-relay-here-'));
      const { code } = await runCli(['--version'], { environment: { XDG_CACHE_HOME: caches }, directory });
      assert.deepEqual([code, await readdir(directory)], [0, []]);
      await rm(directory, { recursive: true });
    });
  }

  it('--help works, whatever else is wrong', async () => {
    const { code, stdout, stderr } = await runCli(['--port', 'x', '--help'], {
      environment: { CODEX_RELAY_PORT: 'y' },
    });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Usage: codex-relay/);
  });

  const badUsage: [args: string[], environment: Record<string, string>, message: string][] = [
    [['--port', 'x'], {}, '--port "x" is not accepted: it takes a port number from 0 to 65535'],
    [
      [],
      { CODEX_RELAY_MAX_SESSIONS: '0' },
      'CODEX_RELAY_MAX_SESSIONS="0" is not accepted: it takes a whole number above 0',
    ],
    [
      ['--api-key', 'sk secret'],
      {},
      'the value of --api-key is not accepted: it takes visible ASCII characters only',
    ],
    [['--prot', '1'], {}, '--prot is not an option; codex-relay --help lists them all'],
    [['sk-secret'], {}, 'there is a word that belongs to no option; codex-relay --help lists them all'],
    [['--provider', 'openai-compatible'], {}, 'upstream: the provider "openai-compatible" needs a base URL.'],
  ];
  for (const [args, environment, message] of badUsage) {
    it(`exits with 2 and one line for ${[...args, ...Object.keys(environment)].join(' ')}`, async () => {
      const result = await runCli(args, { environment });
      assert.deepEqual(result, { code: 2, stdout: '', stderr: `codex-relay: ${message}\n` });
    });
  }

  it('serves several providers, and `targets` tells which one waits and why', async () => {
    const full = await startScriptedUpstream(() =>
      errorReply(429, 'Slow down', { headers: { 'retry-after': '90' } }),
    );
    const args = [
      '--upstream',
      full.url,
      '--provider',
      'deepseek',
      '--api-key',
      'key-of-one',
      '--providers',
      'demo',
    ];
    const { cli, url } = await startRelayCli([...args, '--fallback', 'demo/demo', '--token', TOKEN]);
    const bearer = { authorization: `Bearer ${TOKEN}` };
    assert.match(await answerText(await ask(url, { model: 'deepseek/any' }, bearer)), /./);
    const port = new URL(url).port;
    const shown = await runCli(['targets', '--port', port, '--token', TOKEN]);
    assert.match(
      shown.stdout,
      /^\* deepseek \(DeepSeek\): waiting\n {4}any: rate_limit_exceeded, asked again in \d+ s\. .*Slow down/,
    );
    assert.match(shown.stdout, /^ {2}demo \(Scripted demo .*\): fine$/m);
    const reset = await runCli(['targets', '--reset', '--json', '--port', port, '--token', TOKEN]);
    assert.deepEqual(JSON.parse(reset.stdout).targets, []);
    const wrong = await runCli(['targets', '--port', port, '--token', 'another']);
    assert.match(wrong.stderr, /the relay wants another token/);
    cli.signal('SIGTERM');
    await cli.ended;
    const nobody = await runCli(['targets', '--port', port]);
    assert.deepEqual([nobody.code, /no relay listens/.test(nobody.stderr)], [1, true]);
    await full.stop();
  });

  it('runs without a proxy that it cannot use, and says so', async () => {
    const environment = {
      HTTP_PROXY: 'socks5://me:secret@proxy.test',
      HTTPS_PROXY: 'http://x:1%@proxy.test',
    };
    const { cli, url } = await startRelayCli(['--demo'], { environment });
    assert.match(await answerText(await ask(url, {})), /./);
    cli.signal('SIGTERM');
    const { code, stderr } = await cli.ended;
    assert.equal(code, 0);
    assert.match(stderr, /HTTP_PROXY is ignored: it names a socks5 proxy/);
    assert.match(stderr, /HTTPS_PROXY is ignored/);
    assert.doesNotMatch(stderr, /secret/);
  });

  it('exits with 1 and names the option when the port of the metrics is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const run = await runCli(['--demo', '--port', '0', '--metrics-port', `${port}`]);
    assert.equal(run.code, 1);
    const why = `codex-relay: --metrics-port: port ${port} on 127.0.0.1 is in use: stop the program there, or choose another port\n`;
    assert.ok(run.stderr.endsWith(why), run.stderr);
    server.close();
  });

  it('exits with 1 and says what to do when the port is in use', async () => {
    const owner = createServer().listen(0, '127.0.0.1');
    await once(owner, 'listening');
    const { port } = owner.address() as AddressInfo;
    const { code, stdout, stderr } = await runCli(['--demo', '--port', String(port)]);
    owner.close();
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(
      stderr,
      `codex-relay: port ${port} on 127.0.0.1 is in use, perhaps by another relay: stop that program, or choose a port with --port\n`,
    );
  });

  it('--demo answers a whole turn with a tool call, prints how to start Codex, and stops on SIGTERM', async () => {
    const { cli, url } = await startRelayCli(['--demo']);
    const first = await eventsOf(await ask(url, { stream: true, tools: [SHELL] }));
    assert.equal(first.at(-1)?.type, 'response.completed');
    const { output } = first.at(-1).response;
    const types = output.map(({ type }: { type: string }) => type);
    assert.deepEqual(types, ['reasoning', 'message', 'function_call']);
    const { call_id, name, arguments: given } = output[2];
    assert.deepEqual([name, Object.keys(JSON.parse(given))], ['exec_command', ['cmd']]);

    const input = [
      { role: 'user', content: 'Say hello' },
      ...output,
      { type: 'function_call_output', call_id, output: 'Hi!' },
    ];
    assert.match(await answerText(await ask(url, { input, tools: [SHELL] })), /> Hi!/);

    const [command] = await cli.logged(/codex -c .*/);
    assert.equal(
      command,
      `codex -c model_provider=codex-relay -c model_providers.codex-relay.name="Codex Relay" -c model_providers.codex-relay.base_url=${url}/v1 -m demo`,
    );
    cli.signal('SIGTERM');
    const { code, stdout } = await cli.ended;
    assert.deepEqual([code, stdout], [0, '']);
  });

  it('passes its options on, logs names only, and ends a running answer on SIGINT', async () => {
    const base = await upstreamOf(
      [
        streamReply(
          toolCallChunks({ id: 'c1', name: 'exec_command', arguments: { cmd: 'echo private-argument' } }),
        ),
        { body: [deltaChunk({ content: 'Half an ' }), new Promise(() => {})] },
      ],
      ['model-a', 'model-b'],
    );
    const { cli, url } = await startRelayCli(['--upstream', base, '--tool-denylist', 'view_image'], {
      environment: {
        CODEX_RELAY_API_KEY: KEY,
        CODEX_RELAY_MODEL_MAP: 'gpt-5.4:model-b',
        RUST_LOG: 'codex_relay=debug',
      },
    });
    await cli.logged(/Models: model-a, model-b\n/);
    await cli.logged(/codex -c .* -m gpt-5\.4\n/);

    const tools = [SHELL, { ...SHELL, name: 'view_image' }];
    const answer = await ask(url, { model: 'gpt-5.4', input: 'private-prompt', tools, stream: true });
    assert.equal((await eventsOf(answer)).at(-1)?.type, 'response.completed');
    const chat = await upstream?.chat(0);
    assert.equal(chat?.body.model, 'model-b');
    assert.equal(chat?.headers.authorization, `Bearer ${KEY}`);
    assert.equal(chat?.body.tools?.length, 1);
    for (const line of [
      'response tools=exec_command,view_image',
      'upstream tools=exec_command',
      'upstream stream function_calls=exec_command',
    ]) {
      await cli.logged(new RegExp(`debug ${line}\n`));
    }

    const running = await ask(url, { model: 'model-a', stream: true });
    await upstream?.chat(1);
    cli.signal('SIGINT');
    assert.equal((await eventsOf(running)).at(-1)?.type, 'response.failed');
    const { code, stderr } = await cli.ended;
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /private|sk-/);
  });

  it('ends at once on the second signal', async () => {
    const { cli, url } = await startRelayCli(['--demo']);
    // A request that never ends, so that the graceful stop has something to wait for.
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    client.on('error', () => {});
    client.write('POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{');
    await (await fetch(`${url}/healthz`)).text();
    cli.signal('SIGTERM');
    await cli.logged(/Stopping/);
    cli.signal('SIGINT');
    const { code } = await cli.ended;
    client.destroy();
    assert.equal(code, 1);
  });

  it('--demo is overridden by an upstream in the environment', async () => {
    const base = await upstreamOf([streamReply(textChunks('From upstream'))]);
    const { cli, url } = await startRelayCli(['--demo'], { environment: { CODEX_RELAY_UPSTREAM: base } });
    await cli.logged(/Models: scripted-model/);
    assert.equal(await answerText(await ask(url, { model: 'scripted-model' })), 'From upstream');
  });

  it('remembers a response after a restart with --history-store disk', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'codex-relay-'));
    try {
      const flags = ['--demo', '--history-store', 'disk', '--history-dir', join(directory, 'history')];
      const before = await startRelayCli(flags);
      const { id } = (await (await ask(before.url, {})).json()) as ResponseResource;
      before.cli.signal('SIGTERM');
      await before.cli.ended;
      const { url } = await startRelayCli(flags);
      assert.match(await answerText(await ask(url, { previous_response_id: id })), /demo/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('exits with 1 and names the directory when history cannot be kept there', async () => {
    const { code, stderr } = await runCli(['--demo', '--port', '0', '--history-store', 'disk'], {
      environment: { CODEX_RELAY_HISTORY_DIR: join(import.meta.filename, 'history') },
    });
    assert.equal(code, 1);
    assert.match(stderr, /^codex-relay: The history directory .*program\.test\.ts.* --history-dir\n$/);
  });

  it('asks its clients for the token, and never writes it', async () => {
    const { cli, url } = await startRelayCli(['--demo', '--log-format', 'json', '--log-level', 'debug'], {
      environment: { CODEX_RELAY_TOKEN: TOKEN },
    });
    assert.equal((await ask(url, {})).status, 401);
    assert.equal((await ask(url, {}, { authorization: `Bearer ${TOKEN}` })).status, 200);
    await cli.logged(/env_key=CODEX_RELAY_TOKEN/);
    cli.signal('SIGTERM');
    const { stderr } = await cli.ended;
    assert.ok(!stderr.includes(TOKEN));
    const levels = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).level);
    assert.ok(levels.includes('info'));
  });

  it('starts without its provider, and says so in one line', async () => {
    const base = await upstreamOf([]);
    await upstream?.stop();
    const { cli, url } = await startRelayCli(['--upstream', base]);
    const [line] = await cli.logged(/^.* warn {2}Models: .*$/m);
    assert.match(line, /cannot be reached/);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    await cli.logged(/ -m MODEL\n/);
  });

  it('reaches its provider through a tunnel of the proxy', async () => {
    const asked = Promise.withResolvers<string>();
    const proxy = createHttpServer().on('connect', ({ url = '' }, socket) => {
      asked.resolve(url);
      // The relay is killed while it reads the answer.
      socket.on('error', () => {});
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    await startRelayCli(['--provider', 'deepseek', '--api-key', 'key'], {
      environment: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
    });
    assert.equal(await asked.promise, 'api.deepseek.com:443');
    proxy.close();
    proxy.closeAllConnections();
  });

  it('warns when a provider that needs a key has none', async () => {
    const { cli } = await startRelayCli(['--provider', 'openrouter'], {
      // No request of this test leaves the machine.
      environment: { HTTPS_PROXY: 'http://127.0.0.1:1' },
    });
    await cli.logged(/warn {2}No key is set: OpenRouter .*CODEX_RELAY_API_KEY/);
  });
});
