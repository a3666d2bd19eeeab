/**
 * Rewrites src/providers/known-models.json from the model data of the npm package @earendil-works/pi-ai (MIT):
 * windows, output limits, modalities and reasoning levels of the providers that the relay ships presets for.
 * Run it by hand when models appear: `node test/support/generate-known-models.ts`, then `npm run format`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = '@earendil-works/pi-ai';
const TARGET = new URL('../../src/providers/known-models.json', import.meta.url);

/**
 * Our provider id -> the package's files, the first one winning. OpenRouter lists its own limits, live; Hugging Face's
 * vary by who answers, and would cloud what is known of the same models elsewhere.
 */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  deepseek: ['deepseek'],
  kimi: ['moonshotai', 'kimi-coding'],
  qwen: ['qwen-token-plan'],
  mistral: ['mistral'],
  groq: ['groq'],
  xai: ['xai'],
  zai: ['zai'],
  'zai-coding': ['zai'],
  'zhipu-coding': ['zai-coding-cn'],
  minimax: ['minimax'],
  'minimax-cn': ['minimax-cn'],
  mimo: ['xiaomi'],
  together: ['together'],
  fireworks: ['fireworks'],
  cerebras: ['cerebras'],
  nvidia: ['nvidia'],
  gemini: ['google'],
};

const MIT =
  'MIT License. Copyright (c) Mario Zechner. Permission is hereby granted, free of charge, to any person ' +
  'obtaining a copy of this software and associated documentation files (the "Software"), to deal in the ' +
  'Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, ' +
  'distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is ' +
  'furnished to do so, subject to the following conditions: The above copyright notice and this permission ' +
  'notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED ' +
  '"AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF ' +
  'MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR ' +
  'COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, ' +
  'TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN ' +
  'THE SOFTWARE.';

/** Levels that Codex knows by the same names. */
const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

interface SourceModel {
  id: string;
  name: string;
  type?: string;
  input: string[];
  contextWindow: number;
  maxTokens: number;
  thinkingLevelMap?: Record<string, string | null>;
  compat?: { supportsReasoningEffort?: boolean };
}

const folder = mkdtempSync(join(tmpdir(), 'known-models-'));
try {
  execFileSync('npm', ['pack', SOURCE, '--pack-destination', folder, '--silent']);
  const [archive = ''] = readdirSync(folder);
  execFileSync('tar', ['xzf', join(folder, archive), '-C', folder]);
  const { version } = JSON.parse(readFileSync(join(folder, 'package', 'package.json'), 'utf8'));
  const providers = Object.entries(PROVIDERS).map(([id, files]) => [id, modelsOf(folder, files)]);
  const data = {
    source: `${SOURCE} ${version}`,
    licence: MIT,
    date: new Date().toISOString().slice(0, 10),
    providers: Object.fromEntries(providers),
  };
  writeFileSync(TARGET, `${JSON.stringify(data, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function modelsOf(directory: string, files: readonly string[]): Record<string, unknown> {
  const models = files.flatMap((file) => {
    const path = join(directory, 'package', 'dist', 'providers', 'data', `${file}.json`);
    const byApi = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, SourceModel>>;
    return Object.values(byApi).flatMap((entries) => Object.values(entries));
  });
  const chat = models.filter(
    ({ type, id }) => (type ?? 'chat') === 'chat' && !/deep-research|voxtral/.test(id),
  );
  const known: Record<string, unknown> = {};
  for (const model of chat) known[model.id] ??= knownModel(model);
  return known;
}

function knownModel(model: SourceModel): Record<string, unknown> {
  const levels = model.compat?.supportsReasoningEffort === false ? {} : (model.thinkingLevelMap ?? {});
  return {
    name: model.name,
    contextWindow: model.contextWindow,
    maxOutput: model.maxTokens,
    images: model.input.includes('image'),
    efforts: EFFORTS.filter((effort) => levels[effort] === effort),
  };
}
