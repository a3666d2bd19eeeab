import assert from 'node:assert/strict';
import { FLAGS, readCommandLine } from '../../src/cli/command-line.ts';
import { UsageError } from '../../src/cli/errors.ts';
import { helpText } from '../../src/cli/help.ts';
import type { Option } from '../../src/cli/option.ts';
import { type Flag, OPTIONS } from '../../src/cli/options.ts';

/** For every option with a value: a text, what it means, and texts that are refused. */
const CASES: Partial<Record<Flag, { text: string; value: unknown; refused: string[] }>> = {
  port: { text: '0', value: 0, refused: ['', 'http', '65536', '-1', '44.5', '0x10', ' 80'] },
  upstream: {
    text: 'https://api.deepseek.com/v1',
    value: 'https://api.deepseek.com/v1',
    refused: [
      '',
      'api.deepseek.com',
      'ftp://example.com',
      'demo:scripted',
      'https://me@example.com',
      'file:///etc',
    ],
  },
  provider: { text: 'openrouter', value: 'openrouter', refused: ['', 'OpenRouter', 'nobody', '__proto__'] },
  'api-key': { text: ' sk-1\n', value: 'sk-1', refused: ['sk 1', 'sk-\u00e9', 'sk-1\nx'] },
  'model-map': {
    text: 'gpt-5.4:deepseek-v4-pro, a:b:c,__proto__:x,',
    value: Object.fromEntries([
      ['gpt-5.4', 'deepseek-v4-pro'],
      ['a', 'b:c'],
      ['__proto__', 'x'],
    ]),
    refused: ['gpt-5.4', ':target', 'source:', 'a:b,a:c'],
  },
  model: { text: 'deepseek-v4-pro', value: 'deepseek-v4-pro', refused: ['', ' '] },
  providers: { text: 'kimi, auto', value: ['kimi', 'auto'], refused: ['', ',', 'nobody', 'Kimi'] },
  fallback: {
    text: 'kimi/k3, deepseek/x=kimi/a',
    value: { '*': ['kimi/k3'], 'deepseek/x': ['kimi/a'] },
    refused: ['', '=', 'a=', '=b='],
  },
  role: {
    text: 'review=kimi/k3, title=a:b',
    value: { review: 'kimi/k3', title: 'a:b' },
    refused: ['', 'kimi/k3', 'lunch=x', 'review='],
  },
  wire: {
    text: 'xai/grok-4.7=responses, deepseek=chat, ollama/a=b=chat',
    value: { 'xai/grok-4.7': 'responses', deepseek: 'chat', 'ollama/a=b': 'chat' },
    refused: ['', ',', 'responses', '=chat', 'xai=native', 'xai=responses,kimi'],
  },
  'vision-model': {
    text: ' openrouter/qwen/qwen3-vl:free ',
    value: 'openrouter/qwen/qwen3-vl:free',
    refused: ['', 'kimi-k3', '/kimi-k3', 'kimi/', 'kimi/two words'],
  },
  'tool-denylist': { text: 'web_search, view_image,', value: ['web_search', 'view_image'], refused: [] },
  'upstream-extra-params': {
    text: '{"top_k": 20, "chat_template_kwargs": {"a": [1]}}',
    value: { top_k: 20, chat_template_kwargs: { a: [1] } },
    refused: ['top_k', '[1]', '1', 'null', '{"stream":false}', '{"model":"x"}', '{"messages":[]}', '{"a":1'],
  },
  'drop-upstream-params': {
    text: 'stream_options, temperature,',
    value: ['stream_options', 'temperature'],
    refused: ['messages', 'temperature,model', 'stream'],
  },
  token: { text: 'local-token', value: 'local-token', refused: ['', 'two words', 'é'] },
  'session-ttl-hours': { text: '0.5', value: 0.5, refused: ['', '0', '-1', 'week', '1e3', 'Infinity'] },
  'max-sessions': { text: '12', value: 12, refused: ['', '0', '1.5', '-3', 'many'] },
  'max-session-memory-mb': { text: '64', value: 64, refused: ['', '0', '1.5', '64MB'] },
  'history-store': { text: 'disk', value: 'disk', refused: ['', 'Disk', 'valkey'] },
  'history-dir': { text: '/var/lib/history', value: '/var/lib/history', refused: [''] },
  'log-level': { text: 'DEBUG', value: 'debug', refused: ['', 'verbose', '2'] },
  'log-format': { text: 'json', value: 'json', refused: ['', 'xml'] },
  'stall-seconds': { text: '1800', value: 1800, refused: ['', '0', '1.5', '10m', '1000000'] },
  usage: { text: 'off', value: 'off', refused: ['', 'Off', 'false', '0'] },
  budget: {
    text: 'day=5, z.ai.month=2.5',
    value: [
      { span: 'day', upstream: undefined, usd: 5 },
      { span: 'month', upstream: 'z.ai', usd: 2.5 },
    ],
    refused: ['', ',', '5', 'day', 'day=', 'day=x', 'week=5', 'day=1,day=2', 'day=-1'],
  },
  'history-url': {
    text: 'redis+sentinel://anna:secret@a:1,b:2/team',
    value: 'redis+sentinel://anna:secret@a:1,b:2/team',
    refused: ['', 'cache:6379', 'http://cache', 'redis://a,b'],
  },
  listen: { text: '0.0.0.0', value: '0.0.0.0', refused: ['', 'a b', 'http://x', '0.0.0.0/0'] },
  'public-url': {
    text: 'https://relay.example.com, http://10.0.0.7:8080',
    value: ['https://relay.example.com', 'http://10.0.0.7:8080'],
    refused: ['', 'relay.example.com', 'ftp://x', 'https://a,b'],
  },
  'tls-cert': { text: 'cert.pem', value: 'cert.pem', refused: [''] },
  'tls-key': { text: 'key.pem', value: 'key.pem', refused: [''] },
  users: { text: 'users.json', value: 'users.json', refused: [''] },
  'allow-models': {
    text: 'kimi/kimi-k3, deepseek/*',
    value: ['kimi/kimi-k3', 'deepseek/*'],
    refused: ['', 'kimi', '/x', 'Kimi/x', '**'],
  },
  'requests-per-minute': { text: '60', value: 60, refused: ['', '0', '1.5', '-1', 'many'] },
  'tokens-per-minute': { text: '100000', value: 100_000, refused: ['', '0', '1.5', '-1', '1k'] },
  'user-budget': { text: 'day=5,kimi.month=20', value: 'day=5,kimi.month=20', refused: ['', '5', 'week=5'] },
  'metrics-port': { text: '9464', value: 9464, refused: ['', '0', '65536', 'x'] },
  'metrics-token': { text: 'scrape', value: 'scrape', refused: ['', 'two words', 'é'] },
  'drain-seconds': { text: '60', value: 60, refused: ['', '0', '3601', '1m'] },
  out: { text: 'codex', value: 'codex', refused: [''] },
  by: { text: 'thread', value: 'thread', refused: ['', 'week', 'Day'] },
  since: {
    text: '2026-11-01',
    value: '2026-11-01',
    refused: ['', '7', '0d', '7m', '2026-02-30', 'yesterday'],
  },
};

const withValue = FLAGS.filter((flag) => OPTIONS[flag].value !== undefined);

/** The message of the usage error that `action` must throw. */
function usageMessage(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof UsageError, `not a usage error: ${error}`);
    return error.message;
  }
  return assert.fail('no usage error');
}

describe('command line', () => {
  it('has a case below for each option that takes a value', () => {
    assert.deepEqual(Object.keys(CASES), withValue);
  });

  it('a switch may have a variable, which the flag beats', () => {
    const read = (args: string[], text?: string) =>
      readCommandLine(args, { CODEX_RELAY_NO_HEAL: text }).settings['no-heal'];
    assert.deepEqual(
      [read([]), read(['--no-heal']), read([], '1'), read([], 'false'), read([], '')],
      [false, true, true, false, false],
    );
    assert.equal(read(['--no-heal'], '0'), true);
    assert.throws(() => read([], 'maybe'), /CODEX_RELAY_NO_HEAL="maybe" is not accepted: it takes 1 or 0/);
  });

  for (const flag of withValue) {
    const option: Option<unknown> = OPTIONS[flag];
    const { text, value, refused } = CASES[flag] ?? assert.fail(`no case for --${flag}`);
    const { variable } = option;

    it(`--${flag} beats ${variable ?? 'nothing'}, which beats the default`, () => {
      assert.deepEqual(readCommandLine([`--${flag}=${text}`], {}).settings[flag], value);
      assert.deepEqual(readCommandLine([], {}).settings[flag], option.default);
      if (variable === undefined) return;
      const other = String(option.default) || 'unused';
      assert.deepEqual(readCommandLine([`--${flag}`, text], { [variable]: other }).settings[flag], value);
      assert.deepEqual(readCommandLine([], { [variable]: text }).settings[flag], value);
      assert.deepEqual(readCommandLine([], { [variable]: '' }).settings[flag], option.default);
    });

    it(`--${flag} is given when the flag or its variable sets it, and not by its default`, () => {
      assert.ok(readCommandLine([`--${flag}`, text], {}).given.has(flag));
      assert.equal(readCommandLine([], {}).given.size, 0);
      if (variable !== undefined) assert.ok(readCommandLine([], { [variable]: text }).given.has(flag));
    });

    it(`--${flag} without a value says what it takes`, () => {
      for (const args of [[`--${flag}`], [`--${flag}`, '--demo']]) {
        assert.equal(
          usageMessage(() => readCommandLine(args, {})),
          `--${flag} needs a value: it takes ${option.takes}`,
        );
      }
    });

    for (const bad of refused) {
      it(`--${flag} refuses ${JSON.stringify(bad)} in one line that names flag or variable`, () => {
        const message = usageMessage(() => readCommandLine([`--${flag}=${bad}`], {}));
        assert.ok(message.includes(`--${flag}`) && message.endsWith(`it takes ${option.takes}`), message);
        assert.ok(!message.includes('\n'), message);
        if (bad === '') return;
        // A value is shown in quotes.
        const shown = JSON.stringify(bad).slice(1, -1);
        assert.equal(message.includes(shown), showsValue(option, bad), message);
        if (variable === undefined) return;
        const fromVariable = usageMessage(() => readCommandLine([], { [variable]: bad }));
        assert.ok(fromVariable.includes(variable) && !fromVariable.includes(`--${flag}`), fromVariable);
        assert.equal(fromVariable.includes(shown), showsValue(option, bad), fromVariable);
      });
    }
  }

  const SECRETS: [args: string[], shown: string][] = [
    [['--upstream', 'htps://me:s3cret@x.test/v1?key=s3cret'], '"htps://***@x.test/v1?key=***"'],
    [['--upstream', 'x.test/v1?api-version=s3cret&code=s3cret#a'], '"x.test/v1?api-version=***&code=***#a"'],
    [
      ['--public-url', 'https://me:s3cret@a.test,http//b.test,ftp://me:s3cret@c.test?token=s3cret'],
      '"https://***@a.test,http//b.test,ftp://***@c.test?token=***"',
    ],
  ];
  for (const [args, shown] of SECRETS) {
    it(`shows of ${args[0]} ${shown} what is no secret`, () => {
      const message = usageMessage(() => readCommandLine(args, {}));
      assert.ok(message.includes(shown) && !message.includes('s3cret'), message);
    });
  }

  function showsValue(option: Option<unknown>, bad: string): boolean {
    return !option.secret && !bad.includes('@');
  }

  for (const flag of FLAGS.filter((name) => !withValue.includes(name))) {
    it(`--${flag} is a switch`, () => {
      assert.equal(readCommandLine([], {}).settings[flag], false);
      assert.equal(readCommandLine([`--${flag}`], {}).settings[flag], true);
      assert.equal(
        usageMessage(() => readCommandLine([`--${flag}=yes`], {})),
        `--${flag} takes no value`,
      );
    });
  }

  it('names an unknown option but not its value', () => {
    const message = usageMessage(() => readCommandLine(['--apikey=sk-secret'], {}));
    assert.equal(message, '--apikey is not an option; codex-relay --help lists them all');
  });

  it('returns the words that are not flags', () => {
    assert.deepEqual(readCommandLine(['doctor', '--port', '1', 'x'], {}).words, ['doctor', 'x']);
  });

  it('shortens a long value in an error', () => {
    const message = usageMessage(() => readCommandLine(['--port', '9'.repeat(1000)], {}));
    assert.ok(message.length < 200, message);
  });
});

describe('RUST_LOG', () => {
  const levels: [filter: string, level: string][] = [
    ['codex_relay=debug', 'debug'],
    ['hyper=trace,codex_relay=warn', 'warn'],
    ['error', 'error'],
    ['codex_relay=debug,error', 'debug'],
    ['hyper=trace', 'info'],
    ['codex_relay=trace', 'debug'],
    ['TRACE', 'debug'],
    ['codex_relay=off', 'info'],
    ['nonsense', 'info'],
  ];
  for (const [filter, level] of levels) {
    it(`${filter} means ${level}`, () => {
      assert.equal(readCommandLine([], { RUST_LOG: filter }).settings['log-level'], level);
    });
  }

  it('is overridden by CODEX_RELAY_LOG and by --log-level', () => {
    const environment = { RUST_LOG: 'codex_relay=debug', CODEX_RELAY_LOG: 'warn' };
    assert.equal(readCommandLine([], environment).settings['log-level'], 'warn');
    assert.equal(readCommandLine(['--log-level', 'debug'], environment).settings['log-level'], 'debug');
  });
});

describe('--help', () => {
  it('lists every flag, every variable, every default and every explanation', () => {
    const help = helpText();
    for (const flag of FLAGS) {
      const option: Option<unknown> = OPTIONS[flag];
      assert.match(help, new RegExp(`^  --${flag}( |$)`, 'm'));
      assert.ok(help.includes(option.help), flag);
      if (option.variable) assert.ok(help.includes(option.variable), option.variable);
    }
    assert.match(help, /variable CODEX_RELAY_PORT; default 4444/);
    assert.match(help, /variable CODEX_RELAY_API_KEY; default none/);
  });
});
