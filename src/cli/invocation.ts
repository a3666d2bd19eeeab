/** What a command gets to work with. */
import type { Logger } from '../logger.ts';
import type { UpstreamOptions } from '../relay/options.ts';
import type { CommandLine, Environment } from './command-line.ts';

export interface Invocation extends CommandLine {
  environment: Environment;
  logger: Logger;
  /** Writes to stdout: the result that a command was run for. */
  print(text: string): void;
  /** Asks the user for a yes or a no; rejects with a `UsageError` where there is no terminal to ask at. */
  ask(question: string): Promise<boolean>;
}

/** Resolves with the exit code. Rejects with a `UsageError`, or with any error for exit code 1. */
export type Command = (invocation: Invocation) => Promise<number>;

/** Where requests go, as the options say it. */
export function upstreamOptions({ settings, given }: CommandLine): UpstreamOptions {
  const isDemo = settings.demo && !given.has('upstream') && !given.has('provider');
  const provider = isDemo ? 'demo' : settings.provider;
  return {
    ...(settings.upstream && { upstream: settings.upstream }),
    ...(provider && { provider }),
    ...(settings['api-key'] && { apiKey: settings['api-key'] }),
    ...(settings.model && { model: settings.model }),
    modelMap: settings['model-map'],
    extraParams: settings['upstream-extra-params'],
    dropParams: settings['drop-upstream-params'],
  };
}
