/** Undecorates the names by which models call tools. */

/** Namespaces that models trained on other formats prefix to a name; gateways may replace the dot. */
const PREFIX =
  /^(?:(?:functions?|tools?|default_api|api|namespace)\s*(?:\.|::?|\/|__)|(?:functions|default_api)[_-])\s*/i;

/** A special token of a chat template (`<|channel|>`, `<｜tool▁sep｜>`) and everything after it. */
const TOKEN_TAIL = /<[|｜][\s\S]*$/;
const TOKEN_HEAD = /^(?:<[|｜][^>]*[|｜]>)+/;

/** The number of a call (`exec_command:0`: Kimi, 2026-11), or an empty list of parameters. */
const CALL_TAIL = /(?::\d+|\(\s*\))$/;

const QUOTES = /^["'`]+|["'`]+$/g;

/** A called name without its decorations, in several variants, the least changed first. */
export function bareNames(called: string): string[] {
  const plain = called.trim().replace(TOKEN_HEAD, '').replace(TOKEN_TAIL, '').trim().replace(QUOTES, '');
  const numberless = plain.replace(CALL_TAIL, '');
  const bare = numberless.replace(/^to=/, '').replace(PREFIX, '');
  // The last two: a namespaced tool, written as the client writes it.
  return [plain, numberless, bare, numberless.replaceAll('.', '__'), bare.replaceAll('.', '__')];
}

/** Words of chat templates that models leave around the name that they mean. */
const WORDS =
  /^(?:assistant|to|functions?|tools?|tool_(?:use|call)s?|calls?|commentary|analysis|json|recipient|name|namespace|api|default_api|\d+)$/i;

/** A called name without words of a chat template and without arguments after it. */
export function namedAmongWords(called: string): string {
  const [name = ''] = called.split(/[\n{(]/, 1);
  const plain = name.replace(/<[|｜][^<>|｜]*[|｜]>?/g, ' ');
  const parts = plain.split(/[^A-Za-z0-9_-]+/).filter((part) => part !== '' && !WORDS.test(part));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : name;
}
