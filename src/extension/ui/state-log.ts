/** The relay's states as lines of the log. */
import type { LogOutputChannel } from 'vscode';
import type { RelayState } from '../relay/controller.ts';
import { describeProblem, describeState } from './state-words.ts';

/** Writes one line per change; a refresh that changes nothing says nothing. */
export class StateLog {
  readonly #log: LogOutputChannel;
  #last = '';

  constructor(log: LogOutputChannel) {
    this.#log = log;
  }

  write(state: RelayState): void {
    const address = 'url' in state ? ` ${state.url}/v1` : '';
    const problem = state.kind === 'error' ? ` ${describeProblem(state.problem)}` : '';
    const line = describeState(state) + address + problem;
    if (line === this.#last) return;
    this.#last = line;
    if (state.kind === 'error') this.#log.error(line);
    else this.#log.info(line);
  }
}
