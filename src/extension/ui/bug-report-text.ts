/** The text of a bug report about one request. English: developers read it. */
import type { RequestReport } from '../../relay/options.ts';

export interface ReportVersions {
  extension: string;
  vscode: string;
  system: string;
}

/**
 * Markdown. Left out are names of custom providers, addresses, anything the provider quotes (which may be part of a
 * prompt), and everything that looks like a key.
 * @param isPreset whether the report's provider is a shipped one, whose name may be given
 */
export function bugReport(report: RequestReport, versions: ReportVersions, isPreset: boolean): string {
  const {
    state,
    stream,
    firstTokenMs,
    durationMs,
    usage,
    error,
    role,
    passedOver = [],
    calledTools,
    wire = 'chat',
    repairs = [],
  } = report;
  const rows: [string, string][] = [
    ['Codex Relay', versions.extension],
    ['VS Code', versions.vscode],
    ['System', versions.system],
    ['Provider', isPreset ? report.provider : 'custom'],
    ['Model', isPreset ? report.upstreamModel : 'not told'],
    ['State', state],
    ['Code', error?.code ?? '-'],
    ['Message', error ? withoutPrivate(error.message, report, isPreset) : '-'],
    ['Wire', repairs.length === 0 ? wire : `${wire} (repairs: ${repairs.join(', ')})`],
    ['Kind', `${role ?? 'turn'}, ${stream ? 'streamed' : 'blocking'}`],
    ['First token', firstTokenMs === undefined ? '-' : `${firstTokenMs} ms`],
    ['Duration', durationMs === undefined ? '-' : `${durationMs} ms`],
    [
      'Tokens',
      usage === undefined
        ? '-'
        : `in ${usage.inputTokens} (cached ${usage.cachedTokens}), out ${usage.outputTokens} (reasoning ${usage.reasoningTokens})`,
    ],
    ['Tools called', `${calledTools.length}`],
    ['Passed over', passedOver.length === 0 ? '-' : passedOver.map(({ code }) => code).join(', ')],
  ];
  const lines = rows.map(([label, value]) => `| ${label} | ${value.replaceAll('|', '\\|')} |`);
  return ['| Codex Relay | bug report |', '|:--|:--|', ...lines, ''].join('\n');
}

function withoutPrivate(
  message: string,
  { provider, upstreamModel }: RequestReport,
  isPreset: boolean,
): string {
  const named = isPreset
    ? message
    : message.replaceAll(provider, 'the provider').replaceAll(upstreamModel, 'the model');
  return named
    .replace(/\s+/g, ' ')
    .replace(/https?:\/\/[^\s"')]+/g, '[address]')
    .replace(/\b[\w-]+(?:\.[\w-]+)+(?::\d+)?\b(?=\/|:\d| \(E)/g, '[host]')
    .replace(/(["“'`])(?:(?!\1)[^”]){24,}(["”'`])/g, '[quoted]')
    .replace(/\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}\b/g, '[redacted]')
    .replace(/(?:\/[\w.-]+){2,}/g, '[path]');
}
