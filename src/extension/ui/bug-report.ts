/** One failed request as text for a bug report: versions, codes and counts, nothing that is private. */
import * as vscode from 'vscode';
import { presetById } from '../../providers/index.ts';
import type { RequestReport } from '../../relay/options.ts';
import { bugReport } from './bug-report-text.ts';

export async function copyBugReport(report: RequestReport, extensionVersion: string): Promise<void> {
  const versions = {
    extension: extensionVersion,
    vscode: vscode.version,
    system: `${process.platform} ${process.arch}`,
  };
  const isPreset = presetById(report.provider) !== undefined;
  await vscode.env.clipboard.writeText(bugReport(report, versions, isPreset));
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The bug report is on the clipboard. It contains no key, no prompt and no address.'),
  );
}
