/** The doctor's findings as a page. Their wording comes from the checks and is not translated, as with errors. */
import { l10n } from 'vscode';
import type { Check, Finding, FindingCure } from '../../doctor/finding.ts';
import { asMarkdown } from './quoted.ts';

const SIGNS = { ok: '✓', attention: '⚠', problem: '✗', skipped: '–' } as const;

/** Markdown. Findings contain neither keys nor tokens, so this does not either. */
export function doctorText(findings: readonly Finding[]): string {
  const title = l10n.t('Codex Relay: Doctor');
  const rows = findings.map(({ check, state, found, cure }) => [
    `${SIGNS[state]} ${stateWord(state)}`,
    checkWord(check),
    found,
    cure === undefined ? '' : cureSentence(cure),
  ]);
  return [
    `# ${title}`,
    '',
    summary(findings),
    '',
    tableRow([l10n.t('State'), l10n.t('Check'), l10n.t('Found'), l10n.t('What to do')]),
    '|:--|:--|:--|:--|',
    ...rows.map(tableRow),
    '',
    l10n.t('The provider was asked for two short answers. No key and no token is shown here.'),
    '',
  ].join('\n');
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(asMarkdown).join(' | ')} |`;
}

function summary(findings: readonly Finding[]): string {
  const count = (wanted: Finding['state']) => findings.filter(({ state }) => state === wanted).length;
  const [problems, notes] = [count('problem'), count('attention')];
  if (problems + notes === 0) return l10n.t('All is well.');
  return l10n.t('Problems: {0}. Notes: {1}.', problems, notes);
}

function stateWord(state: Finding['state']): string {
  switch (state) {
    case 'ok':
      return l10n.t('OK');
    case 'attention':
      return l10n.t('Note');
    case 'problem':
      return l10n.t('Problem');
    case 'skipped':
      return l10n.t('Skipped');
  }
}

export function checkWord(check: Check): string {
  switch (check) {
    case 'codex':
      return 'Codex';
    case 'config':
      return l10n.t('Configuration');
    case 'config load':
      return l10n.t('Configuration, read by Codex');
    case 'port':
      return l10n.t('Port');
    case 'token':
      return l10n.t('Local token');
    case 'upstream':
      return l10n.t('Provider');
    case 'key':
      return l10n.t('API key');
    case 'model':
      return l10n.t('Model');
    case 'answer':
      return l10n.t('Short answer');
    case 'tool call':
      return l10n.t('Tool call');
    case 'window':
      return l10n.t('Context window');
  }
}

export function cureSentence(cure: FindingCure): string {
  switch (cure) {
    case 'install-codex':
      return l10n.t('Install Codex, or start VS Code from where the command codex is found.');
    case 'update-codex':
      return l10n.t('Update Codex.');
    case 'update-relay':
      return l10n.t('It may work. Where something does not, look for a newer Codex Relay.');
    case 'correct-file':
      return l10n.t('Correct the file that is named here.');
    case 'set-up':
      return l10n.t('Run "Codex Relay: Generate Codex Config".');
    case 'make-default':
      return l10n.t('Update Codex, or run "Codex Relay: Generate Codex Config" and choose "Make Default".');
    case 'start':
      return l10n.t('Run "Codex Relay: Start".');
    case 'other-port':
      return l10n.t('Choose another port in the setting codexRelay.port.');
    case 'token':
      return l10n.t('Stop the other relay, or give it a token with CODEX_RELAY_TOKEN.');
    case 'key':
      return l10n.t('Run "Codex Relay: Set API Key" and paste a key that the provider accepts.');
    case 'model':
      return l10n.t(
        'Run "Codex Relay: Select Model" and choose one that calls tools and has a large window.',
      );
    case 'larger-window':
      return l10n.t(
        'Give the model a larger window in the settings of its server, then run "Codex Relay: Generate Codex Config".',
      );
    case 'write-window':
      return l10n.t(
        'If it is not 128,000 tokens, write it into codex-relay.overrides.json in the folder of Codex.',
      );
  }
}
