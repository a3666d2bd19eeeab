/** Shows pending changes to all files in one diff view. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hideTokens } from '../../codex/hide-tokens.ts';
import type { FileChange } from './codex-bundle.ts';

const SCHEME = 'codex-relay-change';

export class ChangesPreview implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  #title: string | undefined;
  #count = 0;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  async show(title: string, folder: string, changes: readonly FileChange[]): Promise<void> {
    this.#title = title;
    // The catalog is long and generated, so it comes last.
    const ordered = changes.toSorted((one, other) => Number(isCatalog(one)) - Number(isCatalog(other)));
    const rows = ordered.map(({ file, before, after }) => {
      const target = vscode.Uri.file(join(folder, file));
      return [target, this.#document(target, before), this.#document(target, after)];
    });
    await vscode.commands.executeCommand('vscode.changes', title, rows);
  }

  async close(): Promise<void> {
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(({ label }) => this.#title !== undefined && label.startsWith(this.#title));
    this.#texts.clear();
    await vscode.window.tabGroups.close(tabs);
  }

  dispose(): void {
    this.#registration.dispose();
  }

  /** Undefined for a file that does not exist. Each preview has its own documents, so that VS Code caches none. */
  #document(target: vscode.Uri, text: string | undefined): vscode.Uri | undefined {
    if (text === undefined) return undefined;
    const uri = target.with({ scheme: SCHEME, query: `${++this.#count}` });
    this.#texts.set(uri.toString(), hideTokens(text));
    return uri;
  }
}

function isCatalog({ file }: FileChange): boolean {
  return file.endsWith('.json');
}
