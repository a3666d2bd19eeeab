import fc from 'fast-check';
import { ROOMS } from './rooms.ts';

describe('a short run of the fuzzer', () => {
  // Always the same inputs: a failure here is of this change. `npm run fuzz` looks for new ones.
  const seed = 20_261_128;
  for (const { name, shortRuns, open } of ROOMS) {
    it(`finds nothing among ${shortRuns} ${name}`, async () => {
      const { property, close } = await open();
      try {
        await fc.assert(property as fc.IAsyncProperty<unknown>, { seed, numRuns: shortRuns });
      } finally {
        await close();
      }
    });
  }
});
