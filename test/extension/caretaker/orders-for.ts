import { tmpdir } from 'node:os';
import type { Orders } from '../../../src/extension/caretaker/orders.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../../src/history/store.ts';

/** What a window with the demo tells its caretaker. */
export function ordersFor(whenClosed: Orders['whenClosed'], port = 4444): Orders {
  return {
    whenClosed,
    plan: {
      kind: 'ready',
      provider: {
        id: 'demo',
        name: 'Demo',
        baseUrl: 'demo:',
        preset: 'demo',
        needsKey: false,
        custom: false,
      },
      routing: {
        upstreams: [{ id: 'demo', provider: 'demo' }],
        active: 'demo',
        standIns: { fallbacks: {}, roles: {} },
        budgets: [],
      },
      unusable: [],
      server: {
        port,
        token: 'local-token-of-the-test',
        toolDenylist: [],
        webSocket: false,
        heal: true,
        isUsageKept: true,
        historyDir: tmpdir(),
        historyLimits: DEFAULT_HISTORY_LIMITS,
      },
    },
    storage: tmpdir(),
    codexHome: tmpdir(),
    network: {
      usesProxy: false,
      httpProxy: undefined,
      httpsProxy: undefined,
      noProxy: undefined,
      usesSystemCertificates: false,
      onlyByHost: undefined,
    },
  };
}
