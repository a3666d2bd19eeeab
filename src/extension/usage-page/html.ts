/** The frame of the usage page: nothing but its own script and style may load, and no request leaves it. */

export interface PageParts {
  /** The source from which a webview may load its own files. */
  cspSource: string;
  script: string;
  style: string;
  /** New for each page. */
  nonce: string;
  language: string;
  title: string;
}

export function pageHtml({ cspSource, script, style, nonce, language, title }: PageParts): string {
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="${quoted(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${quoted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${quoted(style)}">
<title>${quoted(title)}</title>
</head>
<body>
<main></main>
<script nonce="${quoted(nonce)}" src="${quoted(script)}"></script>
</body>
</html>
`;
}

function quoted(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
