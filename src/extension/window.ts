/** Opens and closes the extension's parts of a window (dist/window.cjs, loaded by the entry). */
import type * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { connectParts } from './connect-parts.ts';
import { drawStatus, setContext } from './draw-status.ts';
import { inBackground } from './in-background.ts';
import { buildParts, type Parts } from './parts.ts';
import { openWalkthroughOnce } from './ui/first-run.ts';

export { apiOf } from './api.ts';

/** Builds the parts, connects them, registers the commands, and starts the relay if it is wanted. */
export function openWindow(context: vscode.ExtensionContext): Parts {
  const parts = buildParts(context);
  connectParts(parts);
  registerCommands(parts);
  setContext(parts.controller.state);
  drawStatus(parts);
  inBackground(parts.log, startAsWanted(parts));
  inBackground(parts.log, parts.upkeep.lookForLanguageModels());
  inBackground(parts.log, openWalkthroughOnce(context, parts.choices.settings.provider === ''));
  return parts;
}

/** VS Code gives this five seconds, or no time at all if it crashes, so what must be done is left to the caretaker. */
export async function closeWindow(parts: Parts): Promise<void> {
  const { controller, reporter, board, signals, log, whenClosed } = parts;
  const served = controller.served !== undefined;
  await whenClosed.leave();
  await controller.stop();
  await Promise.all([reporter.flush(), board.flush()]);
  if (served) await signals.send('owner-left');
  log.dispose();
}

async function startAsWanted({ choices, controller, relayCommands, upkeep }: Parts): Promise<void> {
  const state = await (choices.settings.autoStart ? controller.start() : controller.refresh());
  // A window that serves checks its settings after it has looked for local servers.
  const isLooking = controller.served !== undefined;
  await Promise.all([relayCommands.tellTrouble(state), isLooking ? undefined : upkeep.checkSettings()]);
}
