/** Problems with settings, in words: typos, and names that the relay cannot use. */
import { l10n } from 'vscode';
import type { SettingsProblem } from '../settings-problems.ts';
import type { UnusableName } from '../stand-ins.ts';

/** A problem as the user is told of it. */
export interface ToldProblem {
  words: string;
  /** The setting to open. */
  setting: string;
  /** The provider that was probably meant. */
  provider?: string;
  /** The problem may come and go with a server, so it is told only once. */
  comesAndGoes?: true;
}

export function wordsOfTypo(problem: SettingsProblem): ToldProblem {
  const { place, meant } = problem;
  return {
    words: sentence(problem) + (meant === undefined ? '' : ` ${l10n.t('Did you mean "{0}"?', meant)}`),
    setting: /^\w+\.\w+/.exec(place)?.[0] ?? place,
    ...(place === 'codexRelay.provider' && meant !== undefined ? { provider: meant } : {}),
  };
}

export function wordsOfUnusable(unusable: UnusableName): ToldProblem {
  const [name] = unusable.setting.split('.');
  return {
    words: reasonInWords(unusable),
    setting: `codexRelay.${name}`,
    ...(unusable.reason === 'not-served' ? { comesAndGoes: true } : {}),
  };
}

function sentence({ code, place, value }: SettingsProblem): string {
  switch (code) {
    case 'unknownProvider':
      return l10n.t('{0}: there is no provider "{1}".', place, value);
    case 'unknownDialect':
      return l10n.t('{0}: there is no dialect "{1}"; plain Chat Completions is spoken.', place, value);
    case 'badId':
      return l10n.t(
        '{0}: "{1}" cannot be an id; use lower-case letters, digits and dashes. The provider is left out.',
        place,
        value,
      );
    case 'takenId':
      return l10n.t('{0}: another provider has the id "{1}". Choose a different one.', place, value);
    case 'badAddress':
      return l10n.t('{0}: "{1}" is not an http or https address. The provider is left out.', place, value);
    case 'badFields':
      return l10n.t(
        '{0}: this must be an object of request fields, such as { "top_k": 20 }. It is left out.',
        place,
      );
    case 'badFieldNames':
      return l10n.t('{0}: {1} is no name of a request field. It is left out.', place, value);
    case 'requiredField':
      return l10n.t(
        '{0}: the relay itself sets "{1}", and no request works without it. It is left out.',
        place,
        value,
      );
    case 'badSwitch':
      return l10n.t('{0}: this must be true or false; {1} counts as true.', place, value);
  }
}

function reasonInWords({ setting, value, reason }: UnusableName): string {
  const name = `codexRelay.${setting}`;
  switch (reason) {
    case 'unknown-role':
      return l10n.t(
        '{0}: "{1}" is no role and is left out. Roles are title, review, guardian, compaction and subagent.',
        name,
        value,
      );
    case 'no-model':
      return l10n.t('{0}: "{1}" is left out. Write it as provider/model.', name, value);
    case 'unknown-provider':
      return l10n.t('{0}: "{1}" is left out, because there is no such provider.', name, value);
    case 'not-configured':
      return l10n.t(
        '{0} of this workspace: "{1}" is left out, because you have not set up this provider.',
        name,
        value,
      );
    case 'no-model-name':
      return l10n.t(
        '{0} of this workspace: "{1}" is left out, because it is no name of a model.',
        name,
        value,
      );
    case 'no-budget':
      return l10n.t(
        '{0}: {1} is left out. Write an amount in USD for day, month, or one provider, as in "deepseek.day": 5.',
        name,
        value,
      );
    case 'not-recorded':
      return l10n.t(
        '{0}: while codexRelay.usage is off, what is spent is forgotten when the relay stops.',
        name,
      );
    case 'not-served':
      return l10n.t(
        '{0}: "{1}" is left out until its provider has an API key, or its server runs.',
        name,
        value,
      );
  }
}
