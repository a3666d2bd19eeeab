/** What models cost, for the pickers. Asks the relay's thread, because the price list is large. */
import { presetById } from '../../providers/index.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import { serviceOf } from '../../providers/service.ts';
import type { ModelPrice, PricedModel } from '../../usage/model-price.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';
import type { RelayLauncher } from '../relay/launcher.ts';
import type { OfferedModel } from './model-picker.ts';
import type { ListedProvider } from './provider-groups.ts';

type Launcher = Pick<RelayLauncher, 'pricesOf'>;

/** What the model of each provider costs, in the same order. */
export function pricesOf(
  launcher: Launcher,
  listed: readonly Pick<ListedProvider, 'provider' | 'model'>[],
): Promise<ModelPrice[]> {
  return asked(
    launcher,
    listed.map(({ provider, model = '' }) => pricedModel(provider, model)),
  );
}

/** The models of a provider, each with what it costs. */
export async function withPrices(
  launcher: Launcher,
  provider: ChoosableProvider,
  models: readonly ListedModel[],
): Promise<OfferedModel[]> {
  const prices = await asked(
    launcher,
    models.map(({ id }) => pricedModel(provider, id)),
  );
  return models.map((model, at) => ({ ...model, price: prices[at] }));
}

/** Pickers are useful without prices, too; a thread that cannot start is reported where it is really needed. */
function asked(launcher: Launcher, models: readonly PricedModel[]): Promise<ModelPrice[]> {
  return launcher.pricesOf(models).catch(() => models.map(() => undefined));
}

function pricedModel({ id, baseUrl, preset: presetId }: ChoosableProvider, model: string): PricedModel {
  const preset = presetById(presetId);
  return { upstream: id, service: preset && serviceOf(baseUrl, preset), model };
}
