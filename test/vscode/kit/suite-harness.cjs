// Loaded by the extension host of the VS Code server in place of the suite: copies what the suite prints into a
// file (the host itself mixes it with the workbench's own log), runs it, and writes its verdict down.
const { appendFileSync, writeFileSync } = require('node:fs');

const { CODEX_RELAY_SUITE, CODEX_RELAY_SUITE_LOG } = process.env;

exports.run = async () => {
  const { run } = require(CODEX_RELAY_SUITE);
  const print = (text) => appendFileSync(CODEX_RELAY_SUITE_LOG, text);
  try {
    await run(print);
    writeFileSync(`${CODEX_RELAY_SUITE_LOG}.verdict`, 'passed');
  } catch (error) {
    print(`${error?.stack ?? error}\n`);
    writeFileSync(`${CODEX_RELAY_SUITE_LOG}.verdict`, 'failed');
    throw error;
  }
};
