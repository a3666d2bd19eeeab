import { playScene } from './play.ts';
import { describeReleases } from './releases.ts';
import { SHAPES } from './shapes.ts';

describeReleases('the shapes of a catalog entry, and the real', (scene) => {
  for (const shape of SHAPES) {
    const play = (executable: string) => playScene(shape, executable, shape.check);
    scene(shape.title, play, shape.since === undefined ? {} : { since: shape.since });
  }
});
