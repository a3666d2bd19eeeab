/**
 * The program beside the extension (dist/caretaker.cjs), plain Node. A window starts it and talks to it over its
 * standard input; VS Code runs it with the argument `uninstall` once the extension is gone.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { giveBack } from '../../codex/home/give-back.ts';
import { messageOf } from '../../errors.ts';
import { probePort } from '../relay/port-owner.ts';
import { WindowSignals } from '../relay/window-signals.ts';
import { serveWithoutWindow } from './background-relay.ts';
import { Caretaker, type Standing } from './caretaker.ts';
import { openClosedSign } from './closed-sign.ts';
import { FileLog } from './file-log.ts';
import { givenBackFile } from './given-back-file.ts';
import { type Orders, readWord } from './orders.ts';
import { PortNote } from './port-note.ts';
import { cleanUp } from './uninstall.ts';

/** How long a Codex still running is kept waiting for a window after its configuration was given back. */
const HOLD_MS = 30_000;
/** How long running answers may go on when the process is told to end. */
const LAST_WORDS_MS = 2_000;

const extensionFolder = dirname(__dirname);

if (process.argv.includes('uninstall')) {
  cleanUp({ extensionFolder, environment: process.env, pause }).catch((error: unknown) => {
    process.stderr.write(`Codex Relay was not taken out completely: ${messageOf(error)}\n`);
    process.exitCode = 1;
  });
} else watch();

function watch(): void {
  const log = new FileLog();
  const background = {
    program: join(__dirname, 'relay.cjs'),
    logger: log,
    onDeath: (error: Error) => {
      log.error(`The relay broke down: ${messageOf(error)}`);
      terminate();
    },
  };
  const caretaker = new Caretaker({
    probe: ({ plan }) => probePort(plan.server.port, plan.server.token),
    serve: (orders) => holding(orders, () => serveWithoutWindow(orders, background)),
    showSign: (orders) => holding(orders, () => showSign(orders)),
    giveBack: async ({ codexHome, storage, plan }) => {
      await giveBack({ home: codexHome, memory: givenBackFile(storage), relay: plan.server });
    },
    isInstalled: ({ storage }) => existsSync(__filename) && existsSync(storage),
    pause: (ms) => pause(ms),
    end: () => process.exit(),
    logger: log,
  });
  const input = createInterface({ input: process.stdin });
  let storage: string | undefined;
  input.on('line', (line) => {
    const word = readWord(line);
    if (word?.kind === 'dismiss') caretaker.dismiss();
    if (word?.kind !== 'orders') return;
    caretaker.follow(word.orders);
    storage = word.orders.storage;
  });
  input.on('close', () => {
    if (storage !== undefined) listenToWindows(storage);
    void caretaker.windowGone();
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => terminate());

  function listenToWindows(folder: string): void {
    // The storage may be gone after a crash; the caretaker works without it.
    log.open(join(folder, 'caretaker.log'));
    new WindowSignals(folder, log).on('signal', (signal) => {
      if (signal === 'hand-back') void caretaker.handBack();
      if (signal === 'stop') terminate();
    });
  }

  function terminate(): void {
    void caretaker.terminate();
    setTimeout(() => process.exit(), LAST_WORDS_MS);
  }
}

/** Takes the port, and leaves a note for windows that come. */
async function holding({ storage }: Orders, open: () => Promise<Standing>): Promise<Standing> {
  const note = new PortNote(storage);
  await note.write();
  try {
    const standing = await open();
    await note.claim().catch(async (error: unknown) => {
      await standing.release();
      throw error;
    });
    return {
      release: async () => {
        const released = standing.release();
        await note.remove();
        await released;
      },
    };
  } catch (error) {
    await note.remove();
    throw error;
  }
}

async function showSign({ plan }: Orders): Promise<Standing> {
  const sign = await openClosedSign(plan.server.port, plan.server.token, HOLD_MS);
  return { release: () => sign.close() };
}
