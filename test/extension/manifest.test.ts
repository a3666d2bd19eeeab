import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RelayState } from '../../src/extension/relay/controller.ts';
import { readSettings } from '../../src/extension/settings.ts';
import { CONFIG_WRITTEN, contextKeys } from '../../src/extension/ui/context-keys.ts';
import { WORKSPACE_SETTINGS } from '../../src/extension/workspace-choice.ts';
import { DEFAULT_HISTORY_LIMITS } from '../../src/history/store.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');

interface Property {
  scope?: string;
  default?: unknown;
  order?: number;
  markdownDescription?: string;
  minimum?: number;
  maximum?: number;
}

interface Manifest {
  main: string;
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; category: string; title: string }[];
    configuration: { properties: Record<string, Property> };
    menus: Record<string, { command: string }[]>;
    viewsWelcome: { contents: string; when: string }[];
    walkthroughs: { steps: { media: { image: Record<string, string>; altText: string } }[] }[];
  };
}

const manifest = JSON.parse(text('package.json')) as Manifest;
const english = JSON.parse(text('package.nls.json')) as Record<string, string>;
const { commands, configuration, menus, viewsWelcome, walkthroughs } = manifest.contributes;

/** Every text that the extension's code shows, as it stands in `l10n.t(...)`. */
function shownTexts(): string[] {
  const folder = join(ROOT, 'src', 'extension');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const calls = sources.flatMap((source) => [
    ...source.matchAll(/l10n\.t\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g),
  ]);
  const count = sources.reduce((sum, source) => sum + (source.match(/l10n\.t\(/g)?.length ?? 0), 0);
  assert.equal(calls.length, count, 'a text is not a plain literal');
  return [
    ...new Set(calls.map(([, single, double]) => (single ?? double ?? '').replace(/\\(.)/g, '$1'))),
  ].toSorted();
}

describe('manifest of the extension', () => {
  it('has a text for every placeholder, and no other', () => {
    const used = [...text('package.json').matchAll(/%([a-z][\w.]+)%/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(used)].toSorted(), Object.keys(english).toSorted());
  });

  it('offers the texts of the code to translators', () => {
    const file = 'l10n/bundle.l10n.json';
    const bundle = Object.fromEntries(shownTexts().map((shown) => [shown, shown]));
    if (process.env['UPDATE_L10N']) writeFileSync(join(ROOT, file), `${JSON.stringify(bundle, null, 2)}\n`);
    assert.deepEqual(JSON.parse(text(file)), bundle, 'run again with UPDATE_L10N=1');
  });

  it('puts every command into one category', () => {
    for (const { command, category } of commands) {
      assert.equal(category, 'Codex Relay', command);
      assert.match(command, /^codexRelay\./);
    }
    const known = new Set(commands.map(({ command }) => command));
    for (const { command } of Object.values(menus).flat()) assert.ok(known.has(command), command);
  });

  it('has a welcome text for every state that the code names', () => {
    const provider = { id: 'a', name: 'A', baseUrl: '', preset: '', needsKey: true, custom: true };
    const states: Record<RelayState['kind'] | 'none', RelayState> = {
      none: { kind: 'stopped' },
      stopped: { kind: 'stopped', provider },
      starting: { kind: 'starting', provider },
      running: { kind: 'running', provider, url: '' },
      attached: { kind: 'attached', provider, url: '' },
      'needs-key': { kind: 'needs-key', provider, reason: 'missing' },
      error: { kind: 'error', provider, problem: { code: 'failed', message: '' } },
    };
    const named = Object.values(states).map((state) => contextKeys(state)['codexRelay.state']);
    const welcomed = viewsWelcome.flatMap(({ when }) =>
      [...when.matchAll(/codexRelay\.state == '?([\w-]+)'?/g)].map(([, name]) => name),
    );
    // Starting takes a moment only: nothing is said about it.
    assert.deepEqual(welcomed.toSorted(), named.filter((name) => name !== 'starting').toSorted());
  });

  it('depends only on context keys that the code sets', () => {
    const known = [...Object.keys(contextKeys({ kind: 'stopped' })), CONFIG_WRITTEN];
    const used = [...text('package.json').matchAll(/(codexRelay\.\w+) ==|onContext:(codexRelay\.\w+)/g)];
    for (const [, compared, awaited] of used)
      assert.ok(known.includes(compared ?? awaited ?? ''), compared ?? awaited);
  });

  it('links only to commands that exist', () => {
    const known = new Set(commands.map(({ command }) => command));
    for (const [name, shown] of Object.entries(english)) {
      for (const [, command = ''] of shown.matchAll(/\(command:([\w.]+)\)/g)) {
        assert.ok(known.has(command), `${name}: ${command}`);
      }
    }
  });

  it('lets a workspace decide nothing but provider and models, and these only if it is trusted', () => {
    const chosen = WORKSPACE_SETTINGS.map((name) => `codexRelay.${name}`);
    for (const [name, { scope }] of Object.entries(configuration.properties))
      assert.equal(scope, chosen.includes(name) ? 'machine-overridable' : 'machine', name);
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, chosen);
  });

  it('describes, orders and bounds every setting', () => {
    for (const [name, property] of Object.entries(configuration.properties)) {
      assert.ok(property.markdownDescription, name);
      assert.notEqual(property.order, undefined, name);
      if (typeof property.default !== 'number') continue;
      assert.ok(property.minimum !== undefined && property.maximum !== undefined, name);
    }
  });

  it('has the defaults that the code has', () => {
    const defaults = readSettings((name) => configuration.properties[`codexRelay.${name}`]?.default);
    assert.deepEqual(
      defaults,
      readSettings(() => undefined),
    );
    assert.deepEqual(defaults.historyLimits, DEFAULT_HISTORY_LIMITS);
  });

  it('has its pictures, each with words for those who do not see them', () => {
    for (const { media } of walkthroughs.flatMap(({ steps }) => steps)) {
      for (const file of Object.values(media.image)) assert.ok(existsSync(join(ROOT, file)), file);
      assert.ok(english[media.altText.replaceAll('%', '')]);
    }
  });
});
