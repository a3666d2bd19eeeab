/**
 * What a window tells its caretaker, one JSON text a line, over the caretaker's standard input: keys never appear on a
 * command line, in an environment or on a disk. The end of the input means that the window is gone.
 */
import { asObject, parseObject } from '../../json.ts';
import type { ReadyPlan } from '../relay/controller.ts';
import type { WhenClosed } from '../settings.ts';
import type { NetworkSettings } from '../thread/messages.ts';

/** Everything that the caretaker needs once its window is gone. */
export interface Orders {
  whenClosed: WhenClosed;
  /** What the window serves. */
  plan: ReadyPlan;
  /** The extension's global storage, which all windows share. */
  storage: string;
  /** Codex's folder. */
  codexHome: string;
  network: NetworkSettings;
}

/** What a line says. `dismiss`: the caretaker is no longer needed. */
export type Word = { kind: 'orders'; orders: Orders } | { kind: 'dismiss' };

export function writeWord(word: Word): string {
  return `${JSON.stringify(word)}\n`;
}

/** Undefined for a line that no window of this release would write. */
export function readWord(line: string): Word | undefined {
  const { kind, orders } = parseObject(line) ?? {};
  if (kind === 'dismiss') return { kind };
  return kind === 'orders' && isOrders(orders) ? { kind, orders } : undefined;
}

/**
 * Both ends are of the same release, so the compiler has checked the rest: this only detects a line that was cut off.
 */
function isOrders(value: unknown): value is Orders {
  const { whenClosed, plan, storage, codexHome, network } = asObject(value) ?? {};
  const { server, routing } = asObject(plan) ?? {};
  const texts = [whenClosed, storage, codexHome].every((text) => typeof text === 'string');
  return texts && [server, routing, network].every((part) => asObject(part) !== undefined);
}
