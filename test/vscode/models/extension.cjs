// A provider of language models that the suite plays: it says which there are, and what they answer.
const vscode = require('vscode');

exports.activate = (context) => {
  const changed = new vscode.EventEmitter();
  let models = [];
  let answer = async () => {};
  context.subscriptions.push(
    changed,
    vscode.lm.registerLanguageModelChatProvider('played', {
      onDidChangeLanguageModelChatInformation: changed.event,
      provideLanguageModelChatInformation: async () => models,
      provideLanguageModelChatResponse: (model, messages, options, progress, token) =>
        answer({ model, messages, options, report: (part) => progress.report(part), token }),
      provideTokenCount: async (_model, text) => (typeof text === 'string' ? text.length : 1),
    }),
  );
  return {
    offer(offered) {
      models = offered;
      changed.fire();
    },
    play(script) {
      answer = script;
    },
  };
};
