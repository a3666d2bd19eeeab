/** What axe-core finds in a page. */
import axe from 'axe-core';
import type { FrameLocator } from 'playwright-core';

/** Each violation as its rule with the elements that break it; empty for a page without any. */
export async function violationsIn(frame: FrameLocator): Promise<string[]> {
  const root = frame.locator('html');
  await root.evaluate(`(() => {\n${axe.source}\n})()`);
  const found: unknown = await root.evaluate(`globalThis.axe.run(document).then(({ violations }) =>
    violations.map(({ id, help, nodes }) =>
      [id, help, ...nodes.map(({ html, any }) => html.slice(0, 200) + ' ' + any.map(({ message }) => message).join(' '))].join('\\n  ')))`);
  return Array.isArray(found) ? found.map(String) : [`axe-core told ${JSON.stringify(found)}`];
}
