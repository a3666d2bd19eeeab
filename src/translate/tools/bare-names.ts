/** The names that models call tools by, where they decorate the ones that they were given. */

/** Namespaces that models trained on other formats put in front of a name. */
const PREFIX = /^(?:functions?|tools?|default_api|api|namespace)\s*(?:\.|::?|\/|__)\s*/i;

/** A special token of a chat template (`<|channel|>`, `<｜tool▁sep｜>`), and all behind it. */
const TOKEN_TAIL = /<[|｜][\s\S]*$/;
const TOKEN_HEAD = /^(?:<[|｜][^>]*[|｜]>)+/;

/** The number of a call (`exec_command:0`: Kimi, 2026-11), or an empty list of parameters. */
const CALL_TAIL = /(?::\d+|\(\s*\))$/;

const QUOTES = /^["'`]+|["'`]+$/g;

/** What is left of a called name without its decorations, the least changed first. */
export function bareNames(called: string): string[] {
  const plain = called.trim().replace(TOKEN_HEAD, '').replace(TOKEN_TAIL, '').trim().replace(QUOTES, '');
  const numberless = plain.replace(CALL_TAIL, '');
  const bare = numberless.replace(/^to=/, '').replace(PREFIX, '');
  // A namespaced tool, written as the client writes it.
  return [plain, numberless, bare, numberless.replaceAll('.', '__'), bare.replaceAll('.', '__')];
}

/** Words of chat templates that models leave in a name, around the one that they mean. */
const WORDS =
  /^(?:assistant|to|functions?|tools?|tool_(?:use|call)s?|calls?|commentary|analysis|json|recipient|name|namespace|api|default_api|\d+)$/i;

/** What a called name is without words of a chat template, and without the arguments behind it. */
export function namedAmongWords(called: string): string {
  const [name = ''] = called.split(/[\n{(]/, 1);
  const parts = name.split(/[^A-Za-z0-9_-]+/).filter((part) => part !== '' && !WORDS.test(part));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : name;
}
