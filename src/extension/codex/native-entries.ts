/** What the user's file says about providers' own Responses endpoints. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { codexHome } from '../../codex/home/codex-home.ts';
import type { NativeEntries } from '../../codex/native-file.ts';
import { messageOf } from '../../errors.ts';
import { NATIVE_FILE } from '../../names.ts';
import { loadCodexFiles } from './load-codex-files.ts';

/** @param say is told why a file cannot be used; it is then ignored, because Codex works without it */
export async function nativeEntries(say: (message: string) => void): Promise<NativeEntries> {
  const home = codexHome(process.env);
  const exists = await access(join(home, NATIVE_FILE)).then(
    () => true,
    () => false,
  );
  if (!exists) return {};
  try {
    return await (await loadCodexFiles()).readNativeEntries(home);
  } catch (error) {
    say(messageOf(error));
    return {};
  }
}
