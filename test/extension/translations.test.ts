/** Every text in every language: none missing, none left over, with the same placeholders, links and names in it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

type Texts = Readonly<Record<string, string>>;
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Texts;

const LANGUAGES = ['de', 'ja', 'ko', 'zh-cn'];
const PARTS: readonly [name: string, english: Texts, file: (language: string) => string][] = [
  ['what the code says', read('l10n/bundle.l10n.json'), (language) => `l10n/bundle.l10n.${language}.json`],
  ['what the manifest says', read('package.nls.json'), (language) => `package.nls.${language}.json`],
];

/** Names, and words that a language took over as they are. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: ['Details', 'Review', 'Codex Relay', 'Port', 'Problem', '{0}: {1} s'],
  ja: ['Codex Relay'],
  ko: ['Codex Relay'],
  'zh-cn': ['Codex Relay'],
};

/** What a translation has to keep: `{0}`, code, links and their targets, names of settings, line breaks. */
function fixedParts(text: string): string[] {
  const patterns = [/\{\d+\}/g, /`[^`]*`/g, /\]\([^)]*\)/g, /#[\w.]+#/g, /\n/g, /https?:\/\/[\w.-]+/g];
  return patterns.flatMap((pattern) => text.match(pattern) ?? []).toSorted();
}

describe('translations', () => {
  it('are those that the package is said to have', () => {
    const languagesIn = (folder: string, pattern: RegExp) =>
      readdirSync(folder)
        .flatMap((name) => pattern.exec(name)?.[1] ?? [])
        .toSorted();
    assert.deepEqual(languagesIn('l10n', /^bundle\.l10n\.([\w-]+)\.json$/), LANGUAGES);
    assert.deepEqual(languagesIn('.', /^package\.nls\.([\w-]+)\.json$/), LANGUAGES);
    const shipped = readFileSync('.vscodeignore', 'utf8');
    assert.match(shipped, /^!l10n\/\*\.json$/m);
    assert.match(shipped, /^!package\.nls\*\.json$/m);
  });

  for (const language of LANGUAGES) {
    for (const [name, english, file] of PARTS) {
      describe(`${language}: ${name}`, () => {
        const texts = read(file(language));

        it('has a translation of each text, and no other', () => {
          assert.deepEqual(Object.keys(texts).toSorted(), Object.keys(english).toSorted());
        });

        it('keeps placeholders, code, links and line breaks', () => {
          for (const [key, text] of Object.entries(texts))
            assert.deepEqual(fixedParts(text), fixedParts(english[key] ?? ''), `${key}: ${text}`);
        });

        it('is written in that language', () => {
          const same = Object.entries(texts).filter(([key, text]) => text === english[key]);
          const unexpected = same.filter(([, text]) => !SAME[language]?.includes(text));
          assert.deepEqual(unexpected, []);
          for (const [key, text] of Object.entries(texts)) assert.equal(text, text.trim(), key);
        });
      });
    }

    it(`${language}: names commands by the titles that they have there`, () => {
      const manifest = read(`package.nls.${language}.json`);
      const titles = Object.entries(manifest)
        .filter(([key]) => key.startsWith('command.'))
        .map(([, title]) => title);
      const texts = [...Object.values(manifest), ...Object.values(read(`l10n/bundle.l10n.${language}.json`))];
      const named = texts.flatMap((text) => [
        ...text.matchAll(/(?:["„“]|\*\*)Codex Relay: (.+?)(?:["“”]|\*\*)/g),
      ]);
      assert.ok(named.length >= 5, `${named.length} found`);
      for (const [, title = ''] of named) assert.ok(titles.includes(title), title);
    });
  }
});
