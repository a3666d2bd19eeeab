/** The step after a choice, by a stand-in for VS Code's messages. */
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';

interface Shown {
  offers: string[];
  notes: string[];
}

/** The module as VS Code would load it, with what it shows put into the lists. */
async function loaded(): Promise<{
  shown: Shown;
  module: typeof import('../../../src/extension/ui/next-step.ts');
}> {
  const shown: Shown = { offers: [], notes: [] };
  Object.assign(globalThis, { shownByNextStep: shown });
  const source = `
    const shown = globalThis.shownByNextStep;
    export const l10n = { t: (text, ...values) => text.replace(/\\{(\\d+)\\}/g, (_, at) => values[at]) };
    export const window = {
      showInformationMessage: async (text) => void shown.offers.push(text),
      showErrorMessage: async (text) => void shown.notes.push(text),
      setStatusBarMessage: (text) => void shown.notes.push(text),
    };`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vscode' ? { url, shortCircuit: true } : next(specifier, context),
  });
  try {
    return { shown, module: await import('../../../src/extension/ui/next-step.ts') };
  } finally {
    hooks.deregister();
  }
}

describe('the step after a choice', () => {
  it('is offered once, and again only after Codex knew the relay in between', async () => {
    const { shown, module } = await loaded();
    let setup: 'none' | 'profile' = 'none';
    const codex = { isSettingUp: false, setup: async () => setup, setUp: async () => {} };
    const next = new module.NextStep(codex as never);
    await next.tell('DeepSeek', 'deepseek-v4-pro');
    await next.tell('Kimi', 'kimi-k3');
    await next.tell('DeepSeek', 'deepseek-v4-pro');
    assert.deepEqual(shown.offers, ['DeepSeek is ready, with deepseek-v4-pro. Codex does not use it yet.']);
    assert.equal(shown.notes[0], 'Kimi is ready, with kimi-k3. Codex does not use it yet.');
    setup = 'profile';
    await next.tell('Kimi', 'kimi-k3');
    assert.equal(shown.notes.at(-1), 'Codex now talks to Kimi: kimi-k3');
    setup = 'none';
    await next.tell('Kimi', 'kimi-k3');
    assert.equal(shown.offers.length, 2);
  });
});
