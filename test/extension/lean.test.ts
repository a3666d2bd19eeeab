/** What VS Code loads at startup stays small: libraries come with the relay, on its first start. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** All modules that `entry` loads at once, and the packages that they import; lazy and type imports do not count. */
function loadedBy(entry: string): { modules: string[]; packages: string[] } {
  const modules = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (modules.has(path)) return;
    modules.add(path);
    const source = readFileSync(path, 'utf8');
    for (const [, clause = '', specifier = ''] of source.matchAll(
      /^(?:import|export)\s+([^;]*?)\s*\bfrom '([^']+)'/gm,
    )) {
      if (clause.startsWith('type ')) continue;
      if (specifier.startsWith('.')) visit(posix.join(posix.dirname(path), specifier));
      else packages.add(specifier.startsWith('node:') ? 'node' : specifier);
    }
  };
  visit(entry);
  return { modules: [...modules], packages: [...packages] };
}

describe('the extension at startup', () => {
  it('loads an entry that imports nothing else', () => {
    assert.deepEqual(loadedBy('src/extension/extension.ts').modules, ['src/extension/extension.ts']);
  });

  const { modules, packages } = loadedBy('src/extension/window.ts');

  it('needs nothing but Node, VS Code and the channel to its thread', () => {
    assert.ok(modules.includes('src/extension/ui/status-bar.ts'));
    assert.deepEqual(packages.toSorted(), ['birpc', 'node', 'vscode']);
  });

  it('loads neither the relay nor the formats of Codex', () => {
    assert.ok(!modules.includes('src/extension/codex/codex-bundle.ts'));
    assert.ok(!modules.includes('src/extension/thread/main.ts'));
    assert.ok(!modules.includes('src/index.ts'));
    assert.ok(!modules.includes('src/codex/toml-document.ts'));
  });
});

describe("the relay's thread", () => {
  it('does without VS Code, which no thread has', () => {
    const { modules, packages } = loadedBy('src/extension/thread/main.ts');
    assert.ok(modules.includes('src/index.ts'));
    assert.ok(!packages.includes('vscode'));
  });
});
