/** The relay's thread as the tests start it: from its source, without VS Code. */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LauncherParts } from '../../../src/extension/relay/launcher.ts';
import { networkSettings } from '../../../src/extension/relay/network-settings.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import { createNodeHttpTransport } from '../../../src/relay/upstream/node-http-transport.ts';

export function launcherParts(folder = tmpdir()): LauncherParts {
  return {
    program: resolve('src/extension/thread/main.ts'),
    logger: SILENT_LOGGER,
    network: () => networkSettings(() => undefined, {}),
    transport: createNodeHttpTransport(),
    bindingsFile: join(folder, 'bindings.json'),
    usageFolder: join(folder, 'usage'),
  };
}
