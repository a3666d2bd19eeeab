/** How a window asks the caretaker that holds the port to give it back. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PortOwner } from '../relay/port-owner.ts';
import type { PortNote } from './port-note.ts';

export interface AskBackParts {
  note: PortNote;
  /** Sends the signal to the caretaker. */
  send(): Promise<void>;
  probe(): Promise<PortOwner>;
}

const LOOK_MS = 100;
/** If files cannot be watched, the caretaker looks for signals only every two seconds. */
const LOOKS = 50;

/** Resolves to whether the port is free now. A caretaker that was killed leaves its note behind and never answers. */
export async function askBack({ note, send, probe }: AskBackParts): Promise<boolean> {
  if (!note.isThere) return false;
  await send();
  for (let look = 0; look < LOOKS; look++) {
    if (!note.isThere && (await probe()) === 'nobody') return true;
    await pause(LOOK_MS);
  }
  return false;
}
