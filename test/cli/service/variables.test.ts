/** What a service is given, and that Node reads back what was written. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { readCommandLine } from '../../../src/cli/command-line.ts';
import { UsageError } from '../../../src/cli/errors.ts';
import { serviceVariables, variablesText } from '../../../src/cli/service/variables.ts';

const FOLDER = resolve('/somewhere/here');

function variablesOf(args: string[], environment: Record<string, string> = {}): Record<string, string> {
  return serviceVariables(readCommandLine(['service', 'install', ...args], environment), environment, FOLDER);
}

describe('the variables of a service', () => {
  const CASES: [
    name: string,
    args: string[],
    environment: Record<string, string>,
    given: Record<string, string>,
  ][] = [
    ['nothing', [], {}, {}],
    [
      'flags',
      ['--provider', 'deepseek', '--port', '5000', '--no-heal', '--model-map', 'a:b'],
      {},
      {
        CODEX_RELAY_PROVIDER: 'deepseek',
        CODEX_RELAY_PORT: '5000',
        CODEX_RELAY_NO_HEAL: '1',
        CODEX_RELAY_MODEL_MAP: 'a:b',
      },
    ],
    [
      'a key on the command line, which leads to the file as well',
      ['--api-key', 'sk-1'],
      {},
      { CODEX_RELAY_API_KEY: 'sk-1' },
    ],
    [
      'variables, which flags beat',
      ['--model', 'of-the-flag'],
      { CODEX_RELAY_MODEL: 'x', CODEX_RELAY_API_KEY: 'sk-2', CODEX_RELAY_TOKEN: 't', PATH: '/bin' },
      { CODEX_RELAY_MODEL: 'of-the-flag', CODEX_RELAY_API_KEY: 'sk-2', CODEX_RELAY_TOKEN: 't' },
    ],
    [
      'the network, and where files are',
      [],
      { HTTPS_PROXY: 'http://proxy:1', no_proxy: 'a', CODEX_HOME: '/c', NODE_EXTRA_CA_CERTS: 'ca.pem' },
      {
        HTTPS_PROXY: 'http://proxy:1',
        no_proxy: 'a',
        CODEX_HOME: resolve(FOLDER, '/c'),
        NODE_EXTRA_CA_CERTS: resolve(FOLDER, 'ca.pem'),
      },
    ],
    [
      'keys of the providers that are named, and of no others',
      ['--providers', 'deepseek,kimi'],
      { DEEPSEEK_API_KEY: 'd', MOONSHOT_API_KEY: 'm', GROQ_API_KEY: 'g' },
      { CODEX_RELAY_PROVIDERS: 'deepseek,kimi', DEEPSEEK_API_KEY: 'd', MOONSHOT_API_KEY: 'm' },
    ],
    [
      'all keys for auto',
      ['--providers', 'auto'],
      { GROQ_API_KEY: 'g', HOME_KEY: 'h' },
      { CODEX_RELAY_PROVIDERS: 'auto', GROQ_API_KEY: 'g' },
    ],
    [
      'a folder that does not depend on where it starts',
      ['--history-store', 'disk', '--history-dir', 'kept'],
      {},
      { CODEX_RELAY_HISTORY_STORE: 'disk', CODEX_RELAY_HISTORY_DIR: resolve(FOLDER, 'kept') },
    ],
    ["the system's certificates", [], { NODE_USE_SYSTEM_CA: '1' }, { NODE_USE_SYSTEM_CA: '1' }],
    [
      "the system's certificates by an option of Node, and no other option",
      [],
      { NODE_OPTIONS: '--inspect --use-system-ca', NODE_USE_SYSTEM_CA: '0' },
      { NODE_USE_SYSTEM_CA: '1' },
    ],
    ['other options of Node', [], { NODE_OPTIONS: '--inspect', NODE_USE_SYSTEM_CA: '0' }, {}],
    ['the answer to a question', ['--yes'], {}, {}],
  ];
  for (const [name, args, environment, given] of CASES)
    it(`include ${name}`, () => assert.deepEqual(variablesOf(args, environment), given));

  for (const args of [['--write-config'], ['--json'], ['--demo'], ['--port', '0']])
    it(`leave out ${args.join(' ')}`, () => assert.throws(() => variablesOf(args), UsageError));

  const VALUES = [
    'plain',
    'two words',
    "it's",
    'say "x"',
    '{"top_k": 20, "a": "it\'s"}',
    '# no comment',
    'a=b',
    '$HOME',
    'C:\\new\\table',
    "C:\\new's",
    'back`tick',
    ' padded ',
  ];
  for (const value of VALUES)
    it(`survive Node’s parser unchanged: ${value}`, () => {
      assert.deepEqual({ ...parseEnv(variablesText({ A: value, B: 'next' })) }, { A: value, B: 'next' });
    });

  it('refuse a value that cannot be quoted, without showing it', () => {
    const isTold = (error: unknown) =>
      error instanceof UsageError &&
      /CODEX_RELAY_API_KEY/.test(error.message) &&
      !/secret/.test(error.message);
    assert.throws(() => variablesText({ CODEX_RELAY_API_KEY: '\'secret"`' }), isTold);
  });
});
