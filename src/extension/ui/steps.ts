/** Asks questions one after the other, numbered, with a way back to the previous one. */
import * as vscode from 'vscode';

/** The user wants to go back to the previous question. */
export const BACK = Symbol('back');
/** Undefined: the user cancelled. */
export type Answer<T> = T | typeof BACK | undefined;

/** What every question shows above itself. */
export interface Frame {
  title: string;
  /** Number of the question, from 1, and how many there are. Default: not counted. */
  step?: number;
  totalSteps?: number;
  canGoBack?: boolean;
}

/** A question adds its answer to the earlier ones. */
export type Question<T> = (
  answers: T,
  place: Pick<Frame, 'step' | 'totalSteps' | 'canGoBack'>,
) => Promise<Answer<T>>;

/**
 * Asks all questions in order; resolves with the answers, or with undefined when the user cancelled. Going back and
 * forth, the user finds the earlier answers.
 */
export async function askAll<T>(start: T, questions: readonly Question<T>[]): Promise<T | undefined> {
  let answers = start;
  for (let asked = 0; ; ) {
    const question = questions[asked];
    if (question === undefined) return answers;
    const place = { step: asked + 1, totalSteps: questions.length, canGoBack: asked > 0 };
    const answer = await question(answers, place);
    if (answer === undefined) return undefined;
    if (answer === BACK) asked--;
    else {
      answers = answer;
      asked++;
    }
  }
}

function frame(input: vscode.QuickInput, { title, step, totalSteps }: Frame): void {
  input.title = title;
  input.step = step;
  input.totalSteps = totalSteps;
  input.ignoreFocusOut = true;
}

export interface TextQuestion extends Frame {
  prompt: string;
  value?: string;
  placeholder?: string;
  validate(text: string): string | vscode.InputBoxValidationMessage | undefined;
  /** Runs while the box is still open and busy. */
  beforeNext?: (text: string) => Promise<void>;
}

export function askText(question: TextQuestion): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  frame(input, question);
  input.prompt = question.prompt;
  input.value = question.value ?? '';
  input.placeholder = question.placeholder;
  if (question.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const finish = (answer: Answer<string>) => {
      resolve(answer);
      input.hide();
    };
    input.onDidChangeValue(() => {
      input.validationMessage = input.value === '' ? undefined : question.validate(input.value);
    });
    input.onDidTriggerButton(() => finish(BACK));
    input.onDidAccept(async () => {
      const problem = question.validate(input.value);
      input.validationMessage = problem;
      if (isError(problem)) return;
      input.busy = true;
      input.enabled = false;
      await question.beforeNext?.(input.value);
      finish(input.value);
    });
    input.onDidHide(() => finishHidden(input, resolve));
    input.show();
  });
}

export interface PickQuestion<Item extends vscode.QuickPickItem> extends Frame {
  placeholder: string;
  items: readonly Item[];
}

export function askPick<Item extends vscode.QuickPickItem>(
  question: PickQuestion<Item>,
): Promise<Answer<Item>> {
  const picker = vscode.window.createQuickPick<Item>();
  frame(picker, question);
  picker.placeholder = question.placeholder;
  picker.items = question.items;
  picker.matchOnDescription = true;
  if (question.canGoBack) picker.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const finish = (answer: Answer<Item>) => {
      resolve(answer);
      picker.hide();
    };
    picker.onDidTriggerButton(() => finish(BACK));
    picker.onDidAccept(() => finish(picker.selectedItems[0]));
    picker.onDidHide(() => finishHidden(picker, resolve));
    picker.show();
  });
}

function isError(problem: string | vscode.InputBoxValidationMessage | undefined): boolean {
  if (problem === undefined) return false;
  return typeof problem === 'string' || problem.severity === vscode.InputBoxValidationSeverity.Error;
}

function finishHidden(input: vscode.QuickInput, resolve: (answer: undefined) => void): void {
  resolve(undefined);
  input.dispose();
}
