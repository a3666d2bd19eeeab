/** The user's own facts about models, in Codex's folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { whereCode } from '../../node-errors.ts';
import type { ModelFacts } from '../../providers/model-list.ts';
import { OVERRIDES_FILE, parseOverrides } from '../overrides.ts';

/** Empty if there is no such file. @throws CodexConfigError if it cannot be used */
export async function readOverrides(home: string): Promise<Record<string, ModelFacts>> {
  const text = await readFile(join(home, OVERRIDES_FILE), 'utf8').catch(whereCode(['ENOENT'], undefined));
  return text === undefined ? {} : parseOverrides(text);
}
