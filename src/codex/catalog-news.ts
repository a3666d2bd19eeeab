/** Decides which changes of a catalog the user must know about. */
import { isObject, type JsonObject, parseObject } from '../json.ts';
import { MODEL_ALIAS } from '../names.ts';

/**
 * Whether a running Codex should reread the catalog: because it lacks models, offers some that are gone, assumes too
 * large a window, or is wrong about which models take images. A model's description and position are no reason to
 * restart, nor is the alias, which follows every choice.
 * @param before the text of the catalog that Codex read
 * @param after the text of the new one
 */
export function isNews(before: string, after: string): boolean {
  const [old, now] = [entriesOf(before), entriesOf(after)];
  if (old.size !== now.size) return true;
  return [...now].some(([slug, entry]) => {
    const known = old.get(slug);
    if (known === undefined || windowOf(entry) < windowOf(known)) return true;
    return slug !== MODEL_ALIAS && modalitiesOf(entry) !== modalitiesOf(known);
  });
}

function entriesOf(text: string): Map<unknown, JsonObject> {
  const models = parseObject(text)?.['models'];
  const entries = Array.isArray(models) ? models.filter(isObject) : [];
  return new Map(entries.map((entry) => [entry['slug'], entry]));
}

function modalitiesOf({ input_modalities: modalities }: JsonObject): string {
  return String(modalities);
}

function windowOf({ context_window: tokens }: JsonObject): number {
  return typeof tokens === 'number' ? tokens : 0;
}
