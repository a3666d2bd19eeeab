/** Desktop VS Code where it can be had and shown, else VS Code's server with a browser. */
import { fileURLToPath } from 'node:url';

const DOWNLOADS = 'https://update.code.visualstudio.com/api/releases/stable';

export interface TestHost {
  /** Undefined: test-electron downloads desktop VS Code. */
  executable: string | undefined;
  description: string;
}

/**
 * `VSCODE_PATH` names a desktop VS Code; `VSCODE_TEST_HOST=desktop|server` decides outright. Otherwise desktop is
 * taken when there is a display and the download server answers.
 */
export async function chooseHost(): Promise<TestHost> {
  const { VSCODE_PATH, VSCODE_TEST_HOST } = process.env;
  if (VSCODE_PATH !== undefined) return { executable: VSCODE_PATH, description: `desktop, ${VSCODE_PATH}` };
  const isDesktop =
    VSCODE_TEST_HOST === 'desktop' || (VSCODE_TEST_HOST === undefined && (await desktopIsPossible()));
  if (isDesktop) return { executable: undefined, description: 'desktop, downloaded' };
  const executable = fileURLToPath(new URL('./vscode-on-server.ts', import.meta.url));
  return { executable, description: 'VS Code server with Chromium' };
}

async function desktopIsPossible(): Promise<boolean> {
  const hasDisplay =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  if (!hasDisplay) return false;
  try {
    return (await fetch(DOWNLOADS, { method: 'HEAD', signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    // No network, or it is filtered.
    return false;
  }
}
