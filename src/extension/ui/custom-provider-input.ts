/** Asks for an endpoint of the user's own: address, name, dialect, and whether it needs a key. */
import * as vscode from 'vscode';
import { PRESETS, type Preset, presetById } from '../../providers/index.ts';
import {
  type ChoosableProvider,
  freeProviderId,
  GENERIC_DIALECT,
  isUnencrypted,
} from '../choosable-provider.ts';
import { type CustomProvider, usableBaseUrl } from '../settings.ts';
import { type ProbedEndpoint, probeEndpoint } from './endpoint-probe.ts';
import { type Answer, askAll, askPick, askText, BACK, type Question } from './steps.ts';

interface Answers {
  address: string;
  probed?: ProbedEndpoint;
  name?: string;
  dialect?: string;
  needsKey?: boolean;
}

/**
 * Resolves with an entry for the setting; undefined when the user cancelled.
 * @param presetId a preset for which the user has a resource; then only the resource and a name are asked for
 */
export async function askForCustomProvider(
  known: readonly ChoosableProvider[],
  presetId?: string,
): Promise<CustomProvider | undefined> {
  const preset = presetId === undefined ? undefined : presetById(presetId);
  const answers =
    preset?.addressTemplate === undefined
      ? await askAll<Answers>({ address: '' }, [askAddress, askName, askDialect, askNeedsKey])
      : await askAll<Answers>(
          { address: '', name: preset.profile.name, dialect: preset.profile.id, needsKey: preset.needsKey },
          [askResource(preset.addressTemplate), askName],
        );
  if (answers?.name === undefined) return undefined;
  const { name, dialect, needsKey = true, address, probed } = answers;
  return {
    id: freeProviderId(name, [...known.map(({ id }) => id), ...PRESETS.map(({ profile }) => profile.id)]),
    name: name.trim(),
    baseUrl: probed?.baseUrl ?? address,
    ...(dialect === undefined ? {} : { dialect }),
    needsKey,
  };
}

const title = () => vscode.l10n.t('Codex Relay: Add Custom Provider');

const askAddress: Question<Answers> = async (answers, place) => {
  let probed: ProbedEndpoint | undefined;
  const text = await askText({
    ...place,
    title: title(),
    prompt: vscode.l10n.t('Base URL of its Chat Completions API. It is asked which models it has.'),
    placeholder: 'https://api.example.com/v1',
    value: answers.address,
    validate: validateAddress,
    beforeNext: async (given) => {
      const baseUrl = usableBaseUrl(given);
      if (baseUrl !== undefined) probed = await probeEndpoint(baseUrl);
    },
  });
  return map(text, (address) => ({ ...answers, address, ...(probed && { probed }) }));
};

/** Asks for a resource's name, or for its address as shown on the provider's page. */
function askResource(template: string): Question<Answers> {
  const addressOf = (text: string) => {
    const given = text.trim();
    if (/^[a-z0-9][a-z0-9-]*$/i.test(given)) return template.replace('{resource}', given);
    const [, resource] =
      /^https:\/\/([\w-]+)\.(?:openai|services\.ai|cognitiveservices)\.azure\.com/.exec(given) ?? [];
    return resource === undefined ? usableBaseUrl(given) : template.replace('{resource}', resource);
  };
  return async (answers, place) => {
    const text = await askText({
      ...place,
      title: title(),
      prompt: vscode.l10n.t('Name of your resource, or its address'),
      placeholder: 'my-resource',
      value: answers.address,
      validate: (given) =>
        addressOf(given) === undefined
          ? vscode.l10n.t('Enter the name of the resource, such as my-resource, or its https address.')
          : undefined,
    });
    return map(text, (given) => ({ ...answers, address: addressOf(given) ?? given }));
  };
}

const askName: Question<Answers> = async (answers, place) => {
  const baseUrl = answers.probed?.baseUrl ?? answers.address;
  const text = await askText({
    ...place,
    title: title(),
    prompt: vscode.l10n.t('Display name for {0}', baseUrl),
    value: answers.name ?? new URL(baseUrl).hostname,
    validate: (given) => (given.trim() === '' ? vscode.l10n.t('Enter a name.') : undefined),
  });
  return map(text, (name) => ({ ...answers, name }));
};

const askDialect: Question<Answers> = async (answers, place) => {
  const picked = await askPick({
    ...place,
    title: title(),
    placeholder: vscode.l10n.t(
      'How does it differ from plain Chat Completions? The first is the best guess.',
    ),
    items: dialectItems(answers.probed),
  });
  return map(picked, ({ id }) => ({ ...answers, dialect: id }));
};

const askNeedsKey: Question<Answers> = async (answers, place) => {
  const needed = answers.probed?.needsKey;
  const keyed = {
    label: vscode.l10n.t('It needs an API key'),
    description: needed === true ? vscode.l10n.t('it asked for one') : '',
    needsKey: true,
  };
  const without = {
    label: vscode.l10n.t('It does not need a key'),
    description: needed === false ? vscode.l10n.t('it answered without one') : '',
    needsKey: false,
  };
  const picked = await askPick({
    ...place,
    title: title(),
    placeholder: vscode.l10n.t('Does the endpoint need an API key?'),
    items: needed === false ? [without, keyed] : [keyed, without],
  });
  return map(picked, ({ needsKey }) => ({ ...answers, needsKey }));
};

function map<T, U>(answer: Answer<T>, use: (value: T) => U): Answer<U> {
  if (answer === undefined) return undefined;
  return answer === BACK ? BACK : use(answer);
}

function validateAddress(text: string): string | vscode.InputBoxValidationMessage | undefined {
  const baseUrl = usableBaseUrl(text);
  if (baseUrl === undefined) {
    return vscode.l10n.t(
      'Enter an http or https address without a user name or password, such as https://api.example.com/v1.',
    );
  }
  if (!isUnencrypted(baseUrl)) return undefined;
  return {
    message: vscode.l10n.t(
      'This address is not encrypted: others on the network could read keys and prompts.',
    ),
    severity: vscode.InputBoxValidationSeverity.Warning,
  };
}

/** The recognised dialect comes first, with the way it was recognised. */
function dialectItems(probed: ProbedEndpoint | undefined): (vscode.QuickPickItem & { id: string })[] {
  const best = probed?.dialect ?? GENERIC_DIALECT;
  const why = {
    address: vscode.l10n.t('recognized by its address'),
    answer: vscode.l10n.t('recognized by its answer'),
    nothing: vscode.l10n.t('when in doubt'),
  }[probed?.knownBy ?? 'nothing'];
  const items = PRESETS.filter(isDialect).map(({ profile: { id, name } }) => ({
    label: name,
    id,
    ...(id === best ? { description: why } : {}),
  }));
  return items.toSorted((one, other) => Number(other.id === best) - Number(one.id === best));
}

/** Excludes the demo, which has no dialect of its own, and providers that are not reached over a network. */
function isDialect({ profile, onlyIn }: Preset): boolean {
  return profile.id !== 'demo' && onlyIn === undefined;
}
