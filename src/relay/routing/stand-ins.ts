/** Checks the options that name stand-ins. */
import { RelayError } from '../../errors.ts';
import type { AllStandIns, StandIns } from '../options.ts';
import type { Provider } from './provider.ts';

/**
 * A stand-in that names no model would only be noticed when it is needed most. The model that gets images must be named
 * in full.
 * @throws RelayError `invalid_request` that names the option
 */
export function checkedStandIns(
  { fallbacks = {}, roles = {}, visionModel }: StandIns,
  providers: readonly Provider[],
): AllStandIns {
  const ofRoles = Object.entries(roles).map(([role, name]) => ['roles', role, name] as const);
  const ofModels = Object.entries(fallbacks).flatMap(([source, names]) =>
    names.map((name) => ['fallbacks', source, name] as const),
  );
  const ofImages = visionModel === undefined ? [] : [['visionModel', visionModel] as const];
  const named = [...ofRoles, ...ofModels].map(([option, of, name]) => [`${option}.${of}`, name] as const);
  for (const [option, name] of [...named, ...ofImages]) {
    const id = /^([^/]+)\/./.exec(name)?.[1]?.toLowerCase();
    const mayBeBare = option !== 'visionModel' && name !== '';
    const isKnown = id === undefined ? mayBeBare : providers.some((provider) => provider.id === id);
    if (!isKnown) throw unknownUpstream(option, name, providers);
  }
  return { fallbacks, roles, ...(visionModel === undefined ? {} : { visionModel }) };
}

export function unknownUpstream(param: string, name: string, providers: readonly Provider[]): RelayError {
  const known = providers.map(({ id }) => id).join(', ');
  return new RelayError(
    'invalid_request',
    `${param}: "${name}" names no upstream that is served (${known}).`,
    {
      param,
    },
  );
}
