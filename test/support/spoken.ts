/** Modules of the extension that say something, loaded without VS Code: words come from the translations themselves. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/**
 * The module as it would be loaded in a VS Code of that language. A text without a translation is an error.
 * @param load imports it, with the language as a query, e.g. `import('../words.ts?de')`
 */
export async function spokenIn<Module>(language: string, load: () => Promise<Module>): Promise<Module> {
  const file = language === 'en' ? 'l10n/bundle.l10n.json' : `l10n/bundle.l10n.${language}.json`;
  const source = `
    const texts = ${readFileSync(file, 'utf8')};
    const t = (text, ...values) => {
      if (texts[text] === undefined) throw new Error('no text ' + text);
      return texts[text].replace(/\\{(\\d+)\\}/g, (_, at) => values[at]);
    };
    export const env = { language: ${JSON.stringify(language)} };
    export const l10n = { t };`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'vscode') return { url, shortCircuit: true };
      const found = next(specifier, context);
      // Modules that hold a language are loaded anew for each.
      return found.url.includes('/src/extension/') ? { ...found, url: `${found.url}?${language}` } : found;
    },
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
}
