/** Messages whose buttons do something. */

/** A button of a message. */
export interface Action {
  title: string;
  run: () => unknown;
}

/** One of VS Code's functions that show a message, e.g. `showWarningMessage`. */
type ShowMessage = (message: string, ...titles: string[]) => Thenable<string | undefined>;

/** Shows a message with a button for each action. Resolves when the chosen one has run, or when the message is gone. */
export async function offer(show: ShowMessage, message: string, actions: readonly Action[]): Promise<void> {
  const chosen = await show(message, ...actions.map(({ title }) => title));
  await actions.find(({ title }) => title === chosen)?.run();
}
