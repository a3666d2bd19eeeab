/** `codex-relay doctor --probe-native`: what the provider's own Responses endpoint takes, and an entry that says so. */
import type { NativeEntries } from '../codex/native-file.ts';
import { probeResponses } from '../index.ts';
import { NATIVE_FILE } from '../names.ts';
import { resolveProvider } from '../relay/routing/provider.ts';
import type { NativeFindings, Probed } from '../relay/upstream/native-probe.ts';
import { UsageError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { readProxy } from './proxy.ts';
import { upstreamOptions } from './upstreams.ts';

const SIGNS: Record<Probed['state'], string> = {
  taken: 'ok',
  refused: 'FAIL',
  ignored: 'note',
  skipped: 'skip',
};

/** @returns the exit code */
export async function reportNative(invocation: Invocation): Promise<number> {
  const { settings, print, environment, logger } = invocation;
  const options = upstreamOptions(invocation);
  const { id, model, preset, responsesBaseUrl } = resolveProvider(options);
  if (model === undefined) throw new UsageError('--probe-native needs a model: name one with --model');
  const proxy = readProxy(environment, logger);
  if (!settings.json) print(`Eight small requests go to ${new URL(responsesBaseUrl).host}, for ${model}.\n`);
  const probes = probeResponses({ ...options, model, ...(proxy && { proxy }) });
  const probed: Probed[] = [];
  let step = await probes.next();
  while (!step.done) {
    probed.push(step.value);
    if (!settings.json) print(line(step.value, probed.length));
    step = await probes.next();
  }
  const entries = { [`${id}/${model}`]: { wire: step.value.wire, takes: step.value.takes } };
  if (settings.json) print(`${JSON.stringify({ probed, entries }, null, 2)}\n`);
  else if (probed[0]?.state === 'taken') print(advice(step.value, entries, preset.profile.name));
  else
    print(
      'There is nothing to tell the relay: where no Responses API answers, it speaks Chat Completions.\n',
    );
  return probed[0]?.state === 'taken' ? 0 : 1;
}

function line({ probe, state, found }: Probed, number: number): string {
  return `${SIGNS[state].padEnd(5)} ${number}/8 ${probe.padEnd(12)} ${found}\n`;
}

function advice({ wire, images }: NativeFindings, entries: NativeEntries, provider: string): string {
  const verdict =
    wire === 'responses'
      ? `The model works by ${provider}'s own Responses API.`
      : `The model is better reached by Chat Completions.`;
  const seeing = images === false ? ' It takes no images.' : '';
  return (
    `${verdict}${seeing} To tell the relay, write this into ${NATIVE_FILE} in Codex's folder and start it again:\n\n` +
    `${JSON.stringify(entries, null, 2)}\n`
  );
}
