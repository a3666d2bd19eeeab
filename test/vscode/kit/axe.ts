/** What axe-core finds on a page. */
import axe from 'axe-core';
import type { FrameLocator } from 'playwright-core';

/**
 * Each violation as its rule with the elements that break it; empty for a page without any.
 * @param part what is looked at, as a selector: the frame around a Markdown page is VS Code's own
 */
export async function violationsIn(frame: FrameLocator, part = 'html'): Promise<string[]> {
  const root = frame.locator('html');
  await root.evaluate(`(() => {\n${axe.source}\n})()`);
  const found: unknown =
    await root.evaluate(`globalThis.axe.run(${JSON.stringify(part)}).then(({ violations }) =>
    violations.map(({ id, help, nodes }) =>
      [id, help, ...nodes.map(({ html, any }) => html.slice(0, 200) + ' ' + any.map(({ message }) => message).join(' '))].join('\\n  ')))`);
  return Array.isArray(found) ? found.map(String) : [`axe-core told ${JSON.stringify(found)}`];
}
