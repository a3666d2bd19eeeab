import assert from 'node:assert/strict';
import { isCustomId, readSettings, usableBaseUrl } from '../../src/extension/settings.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';

const read = (values: Record<string, unknown>) => readSettings((name) => values[name]);

describe('settings', () => {
  it('have defaults', () => {
    assert.deepEqual(read({}), {
      provider: '',
      models: {},
      customProviders: [],
      autoStart: true,
      whenClosed: 'giveBack',
      port: 4444,
      modelMap: {},
      fallbacks: {},
      roles: {},
      wire: {},
      visionModel: '',
      toolDenylist: [],
      usage: true,
      budgets: {},
      webSocket: false,
      fields: { upstreamExtraParams: {}, dropUpstreamParams: [] },
      heal: true,
      historyStore: 'disk',
      historyLimits: DEFAULT_HISTORY_LIMITS,
      mutedNotifications: [],
    });
  });

  it('are read', () => {
    const settings = read({
      provider: ' deepseek ',
      models: { deepseek: 'deepseek-chat' },
      autoStart: false,
      port: 5000,
      modelMap: { 'gpt-5.4': 'deepseek-chat' },
      toolDenylist: ['web_search'],
      websocket: true,
      'history.store': 'memory',
      whenClosed: 'keepRunning',
      'history.ttlHours': 2,
    });
    assert.equal(settings.provider, 'deepseek');
    assert.equal(settings.port, 5000);
    assert.equal(settings.autoStart, false);
    assert.equal(settings.historyStore, 'memory');
    assert.equal(settings.webSocket, true);
    assert.equal(settings.whenClosed, 'keepRunning');
    assert.equal(settings.historyLimits.ttlHours, 2);
    assert.deepEqual(settings.modelMap, { 'gpt-5.4': 'deepseek-chat' });
  });

  for (const wrong of [null, 7, 'text', true, [], {}, [null], { a: 1 }, Number.NaN]) {
    it(`survive the value ${JSON.stringify(wrong)} anywhere`, () => {
      const names = [
        'provider',
        'models',
        'customProviders',
        'port',
        'modelMap',
        'fallbacks',
        'roles',
        'wire',
        'visionModel',
        'toolDenylist',
        'upstreamExtraParams',
        'dropUpstreamParams',
        'heal',
        'history.store',
        'whenClosed',
      ];
      for (const name of names) read({ [name]: wrong });
      assert.equal(read({ port: wrong }).port, 4444);
      assert.equal(read({ websocket: wrong }).webSocket, wrong === true);
    });
  }

  it('read wires, and leave out what is not one', () => {
    const { wire } = read({ wire: { xai: 'responses', 'deepseek/a': 'chat', kimi: 'smoke', qwen: 7 } });
    assert.deepEqual(wire, { xai: 'responses', 'deepseek/a': 'chat' });
  });

  it('heal calls by default', () => {
    for (const value of [undefined, true, null, 'false', 0]) assert.equal(read({ heal: value }).heal, true);
    assert.equal(read({ heal: false }).heal, false);
  });

  const fallbacks: [unknown, Record<string, string[]>][] = [
    [['a/b', ' c/d '], { '*': ['a/b', 'c/d'] }],
    [
      { 'a/b': ['c/d'], '*': ['e/f'] },
      { 'a/b': ['c/d'], '*': ['e/f'] },
    ],
    [{ 'a/b': 'c/d' }, { 'a/b': ['c/d'] }],
    [['a/b', 7, null, ''], { '*': ['a/b'] }],
    [[], {}],
    [{ 'a/b': [] }, {}],
    [{ 'a/b': 7 }, {}],
    ['a/b', {}],
  ];
  for (const [given, expected] of fallbacks) {
    it(`read the fallbacks ${JSON.stringify(given)}`, () => {
      assert.deepEqual(read({ fallbacks: given }).fallbacks, expected);
    });
  }

  it('keep the port within its bounds', () => {
    for (const port of [80, 0, -1, 70_000, 4444.5]) assert.equal(read({ port }).port, 4444);
  });

  it('take custom providers that make sense; of one id, the last', () => {
    const { customProviders } = read({
      customProviders: [
        { id: 'one', name: 'One', baseUrl: 'https://one.example/v1/chat/completions', dialect: 'deepseek' },
        { id: 'one', baseUrl: 'http://127.0.0.1:8080/v1/', needsKey: false },
        { id: 'No Such Id', baseUrl: 'https://two.example' },
        { id: 'three', baseUrl: 'file:///etc/passwd' },
        { id: 'four', baseUrl: 'https://user:secret@four.example' },
        'five',
      ],
    });
    assert.deepEqual(customProviders, [
      { id: 'one', name: 'one', baseUrl: 'http://127.0.0.1:8080/v1', needsKey: false },
    ]);
  });

  const addresses: [string, string | undefined][] = [
    ['https://a.example/v1/', 'https://a.example/v1'],
    [' https://a.example/v1/chat/completions#y ', 'https://a.example/v1'],
    ['https://a.example/openai/v1/?api-version=1', 'https://a.example/openai/v1?api-version=1'],
    ['https://a.example', 'https://a.example'],
    ['a.example', undefined],
    ['', undefined],
    ['javascript:alert(1)', undefined],
  ];
  for (const [given, expected] of addresses) {
    it(`normalise the address "${given}"`, () => assert.equal(usableBaseUrl(given), expected));
  }

  it('know ids that may stand in a setting', () => {
    assert.ok(isCustomId('my-vllm-2'));
    for (const id of ['', 'A', '-a', 'a b', 'a'.repeat(41)]) assert.ok(!isCustomId(id), id);
  });
});
