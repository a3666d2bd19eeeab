/** What a bug report needs: versions, state, settings without anything private. */
import { isDeepStrictEqual } from 'node:util';
import type { RequestReport } from '../../relay/options.ts';
import { GENERIC_DIALECT } from '../choosable-provider.ts';
import type { RelayState } from '../relay/controller.ts';
import type { ExtensionSettings } from '../settings.ts';

export interface Versions {
  extension: string;
  vscode: string;
  node: string;
  system: string;
  /** `undefined` on a local machine. */
  remote: string | undefined;
}

/**
 * Markdown. Keys and the token never get this far; names and addresses of custom providers, tool names and error
 * messages (which may quote a provider) are left out.
 */
export function debugInfo(
  versions: Versions,
  state: RelayState,
  settings: ExtensionSettings,
  reports: readonly RequestReport[],
): string {
  const { customProviders, toolDenylist, modelMap, provider, fields, heal } = settings;
  const isCustom = customProviders.some(({ id }) => id === provider);
  const rows: [string, string][] = [
    ['Codex Relay', versions.extension],
    ['VS Code', versions.vscode],
    ['Node', versions.node],
    ['System', versions.system],
    ['Remote', versions.remote ?? 'no'],
    ['State', state.kind === 'error' ? `error (${state.problem.code})` : state.kind],
    ['Provider', isCustom ? `custom (${dialectOf(settings)})` : provider || 'none'],
    ['Port', `${settings.port}`],
    ['WebSockets', `${settings.webSocket}`],
    ['Starts by itself', `${settings.autoStart}`],
    ['When closed', settings.whenClosed],
    ['History', `${settings.historyStore} ${JSON.stringify(settings.historyLimits)}`],
    ['Custom providers', `${customProviders.length}`],
    ['Mapped models', `${Object.keys(modelMap).length}`],
    ['Denied tools', `${toolDenylist.length}`],
    ['Request fields', isDeepStrictEqual(Object.values(fields), [{}, []]) ? 'as they are' : 'changed'],
    ['Heals calls', `${heal}`],
  ];
  const requests = reports
    .slice(0, 10)
    .map(
      ({ state, stream, durationMs, error }) =>
        `- ${state}${error ? ` (${error.code})` : ''}, ${stream ? 'streamed' : 'blocking'}, ${durationMs ?? '-'} ms`,
    );
  return [
    '| Codex Relay | debug info |',
    '|:--|:--|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    'Last requests:',
    '',
    ...(requests.length > 0 ? requests : ['- none']),
    '',
  ].join('\n');
}

function dialectOf({ customProviders, provider }: ExtensionSettings): string {
  return customProviders.find(({ id }) => id === provider)?.dialect ?? GENERIC_DIALECT;
}
