/** Makes elements whose texts are never HTML, whatever a provider's name contains. */

type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(properties)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}
