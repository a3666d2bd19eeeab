import assert from 'node:assert/strict';
import { KeyStore } from '../../src/extension/key-store.ts';

/** VS Code's secret storage, in memory. */
function secrets() {
  const kept = new Map<string, string>();
  const listeners: ((change: { key: string }) => void)[] = [];
  const changed = (key: string) => listeners.forEach((listener) => void listener({ key }));
  return {
    kept,
    keys: async () => [...kept.keys()],
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => {
      kept.set(key, value);
      changed(key);
    },
    delete: async (key: string) => {
      kept.delete(key);
      changed(key);
    },
    onDidChange: (listener: (change: { key: string }) => void) => {
      listeners.push(listener);
      return { dispose: () => {} };
    },
  };
}

const ACME = { id: 'acme', baseUrl: 'https://api.acme.example/v1' };

describe('key store', () => {
  it('keeps a key per provider', async () => {
    const store = new KeyStore(secrets());
    await store.set(ACME, 'sk-acme');
    await store.set({ id: 'other', baseUrl: 'https://other.example' }, 'sk-other');
    assert.equal(await store.get(ACME), 'sk-acme');
    assert.equal(await store.status(ACME), 'present');
    await store.remove('acme');
    assert.equal(await store.status(ACME), 'missing');
    assert.equal(await store.get({ id: 'other', baseUrl: 'https://other.example' }), 'sk-other');
  });

  for (const baseUrl of [
    'https://evil.example/v1',
    'http://api.acme.example/v1',
    'https://api.acme.example:8443/v1',
  ]) {
    it(`does not give the key to ${baseUrl}`, async () => {
      const store = new KeyStore(secrets());
      await store.set(ACME, 'sk-acme');
      assert.equal(await store.get({ ...ACME, baseUrl }), undefined);
      assert.equal(await store.status({ ...ACME, baseUrl }), 'other-origin');
    });
  }

  it('gives the key to another path of the same origin', async () => {
    const store = new KeyStore(secrets());
    await store.set(ACME, 'sk-acme');
    assert.equal(await store.get({ ...ACME, baseUrl: 'https://api.acme.example/v2/' }), 'sk-acme');
  });

  it('keeps several keys of a provider, in order', async () => {
    const store = new KeyStore(secrets());
    await store.add(ACME, 'sk-one');
    await store.add(ACME, 'sk-two');
    await store.add(ACME, 'sk-two');
    assert.deepEqual(await store.all(ACME), ['sk-one', 'sk-two']);
    assert.equal(await store.get(ACME), 'sk-one');
    await store.set(ACME, 'sk-new');
    assert.deepEqual(await store.all(ACME), ['sk-new', 'sk-two']);
    await store.removeOne(ACME, 0);
    assert.deepEqual(await store.all(ACME), ['sk-two']);
    await store.removeOne(ACME, 0);
    assert.equal(await store.status(ACME), 'missing');
  });

  it('gives no key to another host, and drops all of them when one is set for that host', async () => {
    const store = new KeyStore(secrets());
    const moved = { ...ACME, baseUrl: 'https://elsewhere.example/v1' };
    await store.set(ACME, 'sk-one');
    await store.add(ACME, 'sk-two');
    assert.deepEqual(await store.all(moved), []);
    await store.add(moved, 'sk-three');
    assert.deepEqual(await store.all(moved), ['sk-three']);
    assert.deepEqual(await store.all(ACME), []);
  });

  it('reads what releases with a single key have stored', async () => {
    const storage = secrets();
    storage.kept.set('codexRelay.key.acme', '{"origin":"https://api.acme.example","key":"sk-old"}');
    assert.deepEqual(await new KeyStore(storage).all(ACME), ['sk-old']);
  });

  it('ignores an entry that it did not write', async () => {
    const storage = secrets();
    for (const text of ['', 'sk-plain', '{}', '[1]', '{"origin":"x"}']) {
      storage.kept.set('codexRelay.key.acme', text);
      assert.equal(await new KeyStore(storage).status(ACME), 'missing');
    }
  });

  it('makes one token for all windows', async () => {
    const storage = secrets();
    const [first, second] = [new KeyStore(storage), new KeyStore(storage)];
    const tokens = await Promise.all([first.token(), second.token()]);
    const [later] = await Promise.all([first.token(), second.token()]);
    assert.equal(later, await second.token());
    assert.ok(tokens.includes(later));
    assert.match(later, /^[\w-]{43}$/);
  });

  it('reports changes of keys and token, and nothing else', async () => {
    const storage = secrets();
    const store = new KeyStore(storage);
    let changes = 0;
    store.onDidChange(() => {
      changes++;
    });
    await store.set(ACME, 'sk-acme');
    await store.remove('acme');
    await storage.store('something.else', 'x');
    assert.equal(changes, 2);
  });

  it('says what failed, and what to do, when secret storage does', async () => {
    const storage = secrets();
    const locked = async () => assert.fail('the keyring is locked');
    const store = new KeyStore({ ...storage, get: locked, store: locked, delete: locked });
    const uses = [
      () => store.status(ACME),
      () => store.get(ACME),
      () => store.all(ACME),
      () => store.set(ACME, 'sk-acme'),
      () => store.add(ACME, 'sk-acme'),
      () => store.remove('acme'),
      () => store.token(),
    ];
    for (const use of uses) {
      await assert.rejects(use, (error: Error) => {
        assert.match(error.message, /secret storage .*: the keyring is locked\. Unlock/);
        assert.doesNotMatch(error.message, /sk-acme/);
        return true;
      });
    }
  });
});
