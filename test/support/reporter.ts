import mocha from 'mocha';

/**
 * Mocha's own report, which also names what failed at first: a test gets a second try, because thousands of real
 * sockets and programs on a busy machine lose one now and then, but nobody may overlook that it needed it.
 */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options?: mocha.MochaOptions) {
    super(runner, options);
    runner.on(mocha.Runner.constants.EVENT_TEST_RETRY, (test: mocha.Test, error: Error) => {
      mocha.reporters.Base.consoleLog(
        `\nFailed at first, and is tried again: ${test.fullTitle()}\n${error.stack ?? error}\n`,
      );
    });
  }
}
