import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { lineDiff } from '../../../src/cli/line-diff.ts';
import type { JsonObject } from '../../../src/json.ts';
import { llamaServer } from '../../providers/strict/servers/llamacpp.ts';
import type { LocalServer } from '../../providers/strict/servers/model.ts';
import { ollamaServer } from '../../providers/strict/servers/ollama.ts';
import { type CliResult, killLeftovers, runCli } from '../../support/cli-process.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scripted-upstream.ts';

const USER = '# mine\nmodel = "gpt-5.5" # fav\n\n[mcp_servers.a]\ncommand = "a"\n';
const TOKEN = 'local-token-of-this-test';

describe('codex configuration commands', () => {
  let home: string;
  let upstream: ScriptedUpstream;

  before(async () => {
    upstream = await startScriptedUpstream([], ['alpha', 'beta']);
  });
  after(() => upstream.stop());
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'codex-home-'));
    await writeFile(join(home, 'config.toml'), USER);
  });
  afterEach(async () => {
    killLeftovers();
    await rm(home, { recursive: true });
  });

  /** Without a Codex on the PATH. */
  function run(args: string[], environment: Record<string, string> = {}): Promise<CliResult> {
    const all = { PATH: '', CODEX_HOME: home, CODEX_RELAY_UPSTREAM: upstream.url, ...environment };
    return runCli(args, { environment: all });
  }
  const text = (file: string) => readFileSync(join(home, file), 'utf8');
  const slugs = (path: string) =>
    (JSON.parse(readFileSync(path, 'utf8')) as { models: { slug: string }[] }).models.map(({ slug }) => slug);

  const SMALL: [what: string, provider: string, server: LocalServer, says: RegExp][] = [
    [
      'llama.cpp',
      'llamacpp',
      llamaServer({ model: 'q', window: 8192 }),
      /Attention: the window of q is 8,192 tokens; .*llama-server -c 32768/,
    ],
    [
      'Ollama, by its default',
      'ollama',
      ollamaServer({ model: 'q:latest' }),
      /window of q:latest is 4,096 tokens \(a guess: Ollama's default without a GPU\).*OLLAMA_CONTEXT_LENGTH/,
    ],
  ];
  for (const [what, provider, server, says] of SMALL) {
    it(`--write-config and --print-config warn of a small window of ${what}`, async () => {
      const local = await startScriptedUpstream(server.answer, [], server.routes);
      try {
        const flags = ['--provider', provider, '--upstream', local.url, '--model', 'q'];
        const written = await run(['--write-config', '--yes', ...flags]);
        assert.equal(written.code, 0, written.stderr);
        assert.match(written.stdout, says);
        const printed = await run(['--print-config', '--out', join(home, 'out'), ...flags]);
        assert.match(printed.stderr, new RegExp(says.source.replace('Attention: ', '')));
        await writeFile(join(home, 'codex-relay.overrides.json'), '{"q":{"contextWindow":40000}}');
        const overridden = await run(['--write-config', '--yes', ...flags]);
        assert.doesNotMatch(overridden.stdout, /Attention: the window/);
      } finally {
        await local.stop();
      }
    });
  }

  it('--write-config offers images of every model where one describes them', async () => {
    const modalities = async (...flags: string[]) => {
      const { code, stderr } = await run(['--write-config', '--yes', ...flags]);
      assert.equal(code, 0, stderr);
      const { models } = JSON.parse(text('codex-relay.models.json')) as { models: JsonObject[] };
      return models.map(({ input_modalities }) => String(input_modalities));
    };
    assert.deepEqual(await modalities(), ['text', 'text', 'text']);
    const described = await modalities('--vision-model', 'openai-compatible/beta');
    assert.deepEqual(described, ['text,image', 'text,image', 'text,image']);
  });

  it('--write-config writes profile and catalog, and leaves config.toml alone', async () => {
    const { code, stdout, stderr } = await run([
      '--write-config',
      '--yes',
      '--model',
      'beta',
      '--port',
      '4999',
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(text('config.toml'), USER);
    assert.deepEqual(slugs(join(home, 'codex-relay.models.json')), ['codex-relay', 'beta', 'alpha']);
    const profile = parseToml(text('codex-relay.config.toml'));
    assert.partialDeepStrictEqual(profile, {
      model: 'codex-relay',
      model_provider: 'codex-relay',
      model_providers: { 'codex-relay': { base_url: 'http://127.0.0.1:4999/v1' } },
    });
    assert.match(stdout, /^\+ model_provider = "codex-relay"$/m);
    assert.match(stdout, /Nothing is known about beta, alpha: .*codex-relay\.overrides\.json/);
    assert.match(stdout, /Start the relay, then Codex: codex -p codex-relay\n$/);
  });

  it('lets the alias stand for the first listed model if none is chosen', async () => {
    await run(['--write-config', '--yes']);
    assert.equal(parseToml(text('codex-relay.config.toml'))['model'], 'codex-relay');
    assert.match(text('codex-relay.models.json'), /now alpha at /);
  });

  it('reads the user’s facts about models', async () => {
    await writeFile(join(home, 'codex-relay.overrides.json'), '{"alpha":{"contextWindow":32768}}');
    const { stdout } = await run(['--write-config', '--yes', '--model', 'alpha']);
    assert.match(stdout, /Nothing is known about beta:/);
    assert.match(text('codex-relay.models.json'), /"context_window": 32768/);
    await writeFile(join(home, 'codex-relay.overrides.json'), '{"alpha":{"contextWindow":"32K"}}');
    const { code, stderr } = await run(['--write-config', '--yes']);
    assert.equal(code, 1);
    assert.match(stderr, /^codex-relay: codex-relay\.overrides\.json: "alpha" > "contextWindow": [^\n]*\n$/);
  });

  it('writes a configuration even if the provider does not answer', async () => {
    const { code, stderr } = await run(['--write-config', '--yes', '--model', 'gamma'], {
      CODEX_RELAY_UPSTREAM: 'http://127.0.0.1:9/v1',
    });
    assert.equal(code, 0);
    assert.match(stderr, /The provider's models are not listed: .* cannot be reached at 127\.0\.0\.1:9/);
    assert.deepEqual(slugs(join(home, 'codex-relay.models.json')), ['codex-relay', 'gamma']);
  });

  it('--default edits config.toml too; --remove-config gives the old bytes back', async () => {
    const written = await run(['--write-config', '--default', '--yes'], { CODEX_RELAY_TOKEN: TOKEN });
    assert.equal(written.code, 0);
    assert.match(text('config.toml'), /^# codex-relay saved model: model = "gpt-5\.5" # fav$/m);
    assert.match(text('config.toml'), new RegExp(`^experimental_bearer_token = "${TOKEN}"$`, 'm'));
    assert.match(written.stdout, /Start the relay, then Codex: codex\n$/);
    assert.match(written.stdout, /Done: .*config\.toml \(before: .*\.bak\)/);
    const again = await run(['--write-config', '--default', '--yes'], { CODEX_RELAY_TOKEN: TOKEN });
    assert.match(again.stdout, /^Nothing to do: /m);

    const removed = await run(['--remove-config', '--yes']);
    assert.equal(removed.code, 0);
    assert.equal(text('config.toml'), USER);
    assert.ok(!existsSync(join(home, 'codex-relay.config.toml')));
    assert.ok(!existsSync(join(home, 'codex-relay.models.json')));
    for (const { stdout, stderr } of [written, again, removed]) {
      assert.ok(!`${stdout}${stderr}`.includes(TOKEN), 'the token is not shown');
    }
  });

  it('changes nothing without a yes', async () => {
    for (const args of [['--write-config'], ['--write-config', '--default']]) {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 2);
      assert.match(stdout, /^\+ model_provider/m);
      assert.match(stderr, /no terminal to ask at, so nothing was changed: add --yes/);
      assert.ok(!existsSync(join(home, 'codex-relay.config.toml')));
      assert.equal(text('config.toml'), USER);
    }
  });

  it('never touches a broken config.toml, and says where it is broken', async () => {
    await writeFile(join(home, 'config.toml'), 'model = "a\n');
    for (const args of [
      ['--write-config', '--default', '--yes'],
      ['--remove-config', '--yes'],
    ]) {
      const { code, stderr } = await run(args);
      assert.equal(code, 1);
      assert.match(stderr, /^codex-relay: config\.toml, line 1, column \d+: .*left as it is\.\n$/);
    }
    assert.equal(text('config.toml'), 'model = "a\n');
    assert.ok(!existsSync(join(home, 'codex-relay.models.json')));
  });

  it('points out settings that are in the way', async () => {
    await writeFile(join(home, 'config.toml'), 'profile = "x"\n');
    const text = '# mine\nmodel_reasoning_effort = "low"\ndisable_response_storage = true\n';
    await writeFile(join(home, 'codex-relay.config.toml'), text);
    const { stdout } = await run(['--write-config', '--yes']);
    assert.match(stdout, /^Attention: config\.toml, line 1: `profile` stops Codex 0\.134/m);
    const where = /^Attention: codex-relay\.config\.toml, line (\d+): `disable_response_storage`/m;
    const line = Number(where.exec(stdout)?.[1]);
    const written = readFileSync(join(home, 'codex-relay.config.toml'), 'utf8').split('\n');
    assert.match(written[line - 1] ?? '', /^disable_response_storage/);
    const again = await run(['--write-config', '--yes', '--default']);
    assert.doesNotMatch(again.stdout, /Attention: codex-relay\.config\.toml/);
  });

  it('refuses --port 0, which no configuration can name', async () => {
    const { code, stderr } = await run(['--write-config', '--yes', '--port', '0']);
    assert.equal(code, 2);
    assert.match(stderr, /--port 0 is another port at each start/);
  });

  const ELSEWHERE: [args: string[], url: string][] = [
    [['--tls-cert', 'cert.pem', '--tls-key', 'key.pem'], 'https://127.0.0.1:4499/v1'],
    [['--listen', '::1'], 'http://[::1]:4499/v1'],
    [['--listen', '10.0.0.7', '--public-url', 'https://relay.example.com/'], 'https://relay.example.com/v1'],
  ];
  for (const [args, url] of ELSEWHERE) {
    it(`writes no address at which no relay with ${args.join(' ')} answers, but prints the right one`, async () => {
      const all = [...args, '--port', '4499'];
      const written = await run(['--write-config', '--yes', ...all]);
      assert.equal(written.code, 2);
      assert.match(written.stderr, /sets Codex up for http:\/\/127\.0\.0\.1:4499, where no relay/);
      assert.ok(!existsSync(join(home, 'codex-relay.config.toml')));
      const { stdout } = await run(['--print-config', ...all, '--users', 'users.json']);
      const { model_providers } = parseToml(stdout);
      const { base_url, env_key } = (model_providers as Record<string, JsonObject>)['codex-relay'] ?? {};
      assert.deepEqual([base_url, env_key], [url, 'CODEX_RELAY_TOKEN']);
    });
  }

  it('warns once of a proxy that cannot be used, however many providers are asked', async () => {
    const { stderr } = await run(['--write-config', '--yes', '--providers', 'ollama,lmstudio'], {
      HTTP_PROXY: 'socks5://proxy.test',
      CODEX_RELAY_API_KEY: 'k',
    });
    assert.equal(stderr.match(/HTTP_PROXY is ignored/g)?.length, 1, stderr);
  });

  it('--write-config says that a relay for users wants a token', async () => {
    const args = ['--write-config', '--yes', '--listen', '0.0.0.0', '--users', 'users.json'];
    const { code, stdout } = await run(args);
    assert.equal(code, 0);
    assert.match(stdout, /^Attention: a relay with --users refuses Codex without a token/m);
    const again = await run(args, { CODEX_RELAY_TOKEN: TOKEN });
    assert.doesNotMatch(again.stdout, /refuses Codex without a token/);
  });

  it('--print-config prints TOML for the same port, and needs neither relay nor provider', async () => {
    const { code, stdout, stderr } = await run(['--print-config', '--port', '4499'], {
      CODEX_RELAY_TOKEN: TOKEN,
    });
    assert.deepEqual([code, stderr], [0, '']);
    const { model, model_provider, model_providers } = parseToml(stdout);
    assert.deepEqual([model, model_provider], ['codex-relay', 'codex-relay']);
    assert.partialDeepStrictEqual(model_providers, {
      'codex-relay': { base_url: 'http://127.0.0.1:4499/v1', env_key: 'CODEX_RELAY_TOKEN' },
    });
    assert.ok(!stdout.includes(TOKEN));
  });

  it('--print-config --out writes the catalog there and names it', async () => {
    const out = join(home, 'new', 'folder "x"');
    const { code, stdout } = await run(['--print-config', '--out', out, '--model', 'beta']);
    assert.equal(code, 0);
    const { model_catalog_json: path } = parseToml(stdout);
    assert.equal(path, join(out, 'codex-relay.models.json'));
    assert.deepEqual(slugs(join(out, 'codex-relay.models.json')), ['codex-relay', 'beta', 'alpha']);
  });
});

describe('lineDiff', () => {
  it('shows changed lines with three lines of context', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'old', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', ''].join(
      '\r\n',
    );
    const after = before.replace('old', 'new').replace('o\r\n', 'o').concat('\r\nmore');
    assert.deepEqual(lineDiff(before, after), [
      '  c',
      '  d',
      '  e',
      '- old',
      '+ new',
      '  g',
      '  h',
      '  i',
      '  ...',
      '  m',
      '  n',
      '  o',
      '+ more',
    ]);
  });
});
