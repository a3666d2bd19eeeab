/** The form of request that each server accepts, learned from its refusals; kept while the relay runs. */
import type { Logger } from '../../logger.ts';
import type { Lesson } from '../../translate/request/lessons/learn.ts';
import type { Provider } from '../routing/provider.ts';

/** @typeParam Body a request of one API */
export class LearnedForms<Body> {
  readonly #logger: Logger;
  /** By base URL and model, in the order in which they were learned: later ones build on earlier ones. */
  readonly #lessons = new Map<string, readonly Lesson<Body>[]>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  of(provider: Provider, model: string): readonly Lesson<Body>[] {
    return this.#lessons.get(keyOf(provider, model)) ?? [];
  }

  /** Keeps lessons that led to an answer, and logs once what is sent in another form from now on. */
  add(provider: Provider, model: string, lessons: readonly Lesson<Body>[]): void {
    const known = this.of(provider, model);
    // Two concurrent requests may have learned the same lesson.
    const added = lessons.filter(
      ({ refuses, cure }) => !known.some((lesson) => lesson.refuses === refuses && lesson.cure === cure),
    );
    if (added.length === 0) return;
    const kept = added.filter(({ isPassing }) => !isPassing);
    if (kept.length > 0) this.#lessons.set(keyOf(provider, model), [...known, ...kept]);
    for (const { refuses, cure, isPassing } of added) {
      const span = isPassing ? 'in this request' : 'from now on';
      this.#logger.warn(`${provider.profile.name} refuses ${refuses} for ${model}: ${cure} ${span}`);
    }
  }
}

function keyOf({ baseUrl }: Provider, model: string): string {
  return `${baseUrl} ${model}`;
}
