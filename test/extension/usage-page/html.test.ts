import assert from 'node:assert/strict';
import { pageHtml } from '../../../src/extension/usage-page/html.ts';

describe('the frame of the usage page', () => {
  const parts = {
    cspSource: 'https://*.vscode-cdn.net',
    script: 'https://file/dist/usage-page.js',
    style: 'https://file/dist/usage-page.css',
    nonce: 'bm9uY2U=',
    language: 'de',
    title: 'Verbrauch',
  };

  it('allows only its own script and style', () => {
    const html = pageHtml(parts);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
    assert.equal(
      policy,
      "default-src 'none'; style-src https://*.vscode-cdn.net; script-src 'nonce-bm9uY2U='; base-uri 'none'; form-action 'none'",
    );
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.match(html, /<script nonce="bm9uY2U=" src="https:\/\/file\/dist\/usage-page\.js"><\/script>/);
    assert.doesNotMatch(html, /style="|<style|unsafe-inline|\son\w+=/);
  });

  it('escapes every part', () => {
    const word = '"><script>alert(1)</script>';
    const html = pageHtml({
      cspSource: word,
      script: word,
      style: word,
      nonce: word,
      language: word,
      title: word,
    });
    assert.equal(html.match(/<script/g)?.length, 1);
  });
});
