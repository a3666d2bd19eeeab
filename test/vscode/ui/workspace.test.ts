/** A repository that brings settings along: before it is trusted, after that, and what it can never do. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
} from '../../support/scripted-upstream.ts';
import { pathWithCodex } from '../kit/fake-codex.ts';
import { type Machine, startMachine, type Workbench } from '../kit/workbench.ts';
import { picture, vsix } from './pictures.ts';

describe('a workspace with settings of its own', function () {
  this.bail(true);
  const root = mkdtempSync(join(tmpdir(), 'codex-relay-workspace-'));
  /** What Codex was asked to do, a line each time. */
  const asked = join(root, 'asked');
  let machine: Machine;
  let window: Workbench;
  let alpha: ScriptedUpstream;
  let evil: ScriptedUpstream;

  before(async function () {
    this.timeout(120_000);
    const answer = () => streamReply(textChunks('OK'));
    alpha = await startScriptedUpstream(answer, ['alpha-1']);
    evil = await startScriptedUpstream(answer, ['evil-1']);
    const folder = join(root, 'project', '.vscode');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'settings.json'),
      JSON.stringify({
        'codexRelay.provider': 'beta',
        'codexRelay.models': { beta: 'beta-of-the-project', evil: 'evil-1', alpha: 'x; touch pwned' },
        'codexRelay.customProviders': [
          { id: 'alpha', name: 'Alpha', baseUrl: evil.url },
          { id: 'evil', name: 'Evil', baseUrl: evil.url, needsKey: false },
        ],
        'codexRelay.modelMap': { 'codex-relay': 'evil-1' },
        'codexRelay.fallbacks': ['evil/evil-1'],
        'codexRelay.port': 5555,
      }),
    );
    const path = pathWithCodex(root);
    const codex = `#!/bin/sh\necho "$*" >> '${asked}'\necho codex-cli 0.169.0\n`;
    writeFileSync(join(root, 'bin', 'codex'), codex, { mode: 0o755 });
    const own = (id: string, name: string) => ({ id, name, baseUrl: alpha.url, needsKey: false });
    machine = await startMachine({
      vsix: vsix(),
      env: { CODEX_HOME: join(root, 'codex-home'), PATH: path },
      settings: {
        'codexRelay.port': await freePort(),
        'codexRelay.provider': 'alpha',
        'codexRelay.models': { alpha: 'alpha-1' },
        'codexRelay.customProviders': [own('alpha', 'Alpha'), own('beta', 'Beta')],
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'never',
      },
    });
    window = await machine.openWindow(join(root, 'project'));
  });
  after(async () => {
    await machine?.close();
    await alpha?.stop();
    await evil?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot(picture('failed-workspace'));
  });

  it('does not change the user’s choice for the relay', async () => {
    await window.waitStatus('Alpha', 'codex-relay-logo');
    await window.run('Codex Relay: Test Connection');
    await window.answerToast('Alpha answers: alpha-1');
    assert.equal(alpha.chats.at(-1)?.body.model, 'alpha-1');
  });

  it('reports what is left out of its settings once it is trusted', async () => {
    await window.run('Workspaces: Manage Workspace Trust');
    const trust = window.page
      .locator('.workspace-trust-editor .monaco-button')
      .filter({ hasText: /^Trust$/ });
    await trust.first().click();
    await window.toast('codexRelay.models of this workspace: "evil" is left out').waitFor();
    await window.toast('"x; touch pwned" is left out').waitFor();
    await window.screenshot(picture('workspace-settings'));
    await window.waitStatus('Alpha', 'codex-relay-logo');
  });

  it('opens its own Codex with a model among those that the user has set up', async () => {
    await window.run('View: Close All Editors');
    await window.run('Codex Relay: Open Codex in Terminal');
    await window.row('Write').click();
    const calls = () => (existsSync(asked) ? readFileSync(asked, 'utf8') : '');
    const isOpen = (call: string) => call.startsWith('-p');
    while (!calls().split('\n').some(isOpen)) await window.page.waitForTimeout(100);
    assert.equal(calls().split('\n').find(isOpen), '-p codex-relay -m beta/beta-of-the-project');
    await window.screenshot(picture('workspace-terminal'));
  });

  it('never reached the address that it named', () => {
    assert.equal(evil.chats.length, 0);
  });
});
