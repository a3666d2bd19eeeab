/** A window asks the caretaker that holds the port for it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PortOwner } from '../relay/port-owner.ts';
import type { PortNote } from './port-note.ts';

export interface AskBackParts {
  note: PortNote;
  /** Reaches the caretaker. */
  send(): Promise<void>;
  probe(): Promise<PortOwner>;
}

const LOOK_MS = 100;
/** Where files cannot be watched, the caretaker looks for signals every two seconds. */
const LOOKS = 50;

/** Resolves to whether the port is free now. A caretaker that was killed has left its note, and gives nothing away. */
export async function askBack({ note, send, probe }: AskBackParts): Promise<boolean> {
  if (!note.isThere) return false;
  await send();
  for (let look = 0; look < LOOKS; look++) {
    if (!note.isThere && (await probe()) === 'nobody') return true;
    await pause(LOOK_MS);
  }
  return false;
}
