/** The Targets view: everything that the relay serves, and what is in trouble, until when and why. */
import * as vscode from 'vscode';
import type { TargetState } from '../../relay/options.ts';
import type { BoardEntry, TargetBoard } from '../relay/target-board.ts';

const VIEW_ID = 'codexRelay.targets';

type Node = { entry: BoardEntry } | { entry: BoardEntry; trouble: TargetState };

export class TargetsView implements vscode.TreeDataProvider<Node> {
  readonly #board: TargetBoard;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #registration: vscode.Disposable;
  /** Fires when the next wait is over. */
  #timer: NodeJS.Timeout | undefined;

  constructor(board: TargetBoard) {
    this.#board = board;
    this.#registration = vscode.window.registerTreeDataProvider(VIEW_ID, this);
    board.on('change', () => this.#changed.fire(undefined));
  }

  getChildren(node?: Node): Node[] {
    const now = Date.now();
    if (node)
      return 'trouble' in node ? [] : waiting(node.entry, now).map((trouble) => ({ ...node, trouble }));
    this.#drawAgainWhenWaitsEnd(now);
    return this.#board.entries.map((entry) => ({ entry }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return 'trouble' in node ? troubleItem(node.trouble) : entryItem(node.entry);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#registration.dispose();
    this.#changed.dispose();
  }

  #drawAgainWhenWaitsEnd(now: number): void {
    clearTimeout(this.#timer);
    const ends = this.#board.entries.flatMap((entry) => waiting(entry, now).map(({ until }) => until));
    if (ends.length === 0) return;
    this.#timer = setTimeout(() => this.#changed.fire(undefined), Math.min(...ends) - now + 1);
  }
}

function waiting({ troubles }: BoardEntry, now: number): TargetState[] {
  return troubles.filter(({ until }) => until > now).toSorted((one, other) => one.until - other.until);
}

function entryItem(entry: BoardEntry): vscode.TreeItem {
  const troubles = waiting(entry, Date.now());
  const { None, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(entry.name, troubles.length === 0 ? None : Expanded);
  item.id = entry.id;
  item.contextValue = 'target';
  item.description = [...(entry.isActive ? [vscode.l10n.t('active')] : []), ...stateOf(entry, troubles)].join(
    ' · ',
  );
  item.tooltip = `${entry.id}: ${item.description}`;
  item.iconPath = iconOf(entry, troubles);
  item.accessibilityInformation = { label: `${entry.name}, ${item.description}` };
  return item;
}

function stateOf({ keys }: BoardEntry, troubles: readonly TargetState[]): string[] {
  const [first] = troubles;
  return [
    first === undefined ? vscode.l10n.t('fine') : vscode.l10n.t('waiting until {0}', clock(first.until)),
    ...(keys > 1 ? [vscode.l10n.t('{0} keys', keys)] : keys === 1 ? [vscode.l10n.t('1 key')] : []),
  ];
}

function iconOf({ isActive }: BoardEntry, troubles: readonly TargetState[]): vscode.ThemeIcon {
  if (troubles.length > 0)
    return new vscode.ThemeIcon('watch', new vscode.ThemeColor('list.warningForeground'));
  return new vscode.ThemeIcon(isActive ? 'check' : 'circle-filled');
}

function troubleItem({ upstream, model, key, code, message, until }: TargetState): vscode.TreeItem {
  const item = new vscode.TreeItem(model ?? vscode.l10n.t('all models'));
  item.id = `${upstream} ${key} ${model ?? ''}`;
  const why = vscode.l10n.t('until {0}: {1}', clock(until), message);
  item.description = key === 0 ? why : `${vscode.l10n.t('key {0}', key + 1)} · ${why}`;
  item.tooltip = `${message} (${code})`;
  return item;
}

/** `14:05`, as the user's system writes it. */
function clock(time: number): string {
  return new Date(time).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
