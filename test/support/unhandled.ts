/** Loaded before all tests: a rejection that nobody handles fails the test that runs, which Mocha (12.0) lets pass. */
process.on('unhandledRejection', (reason) => {
  throw reason;
});
