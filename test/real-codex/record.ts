/**
 * `npm run fixtures -- 0.171.0 0.130.0` plays the scenes with these releases of the real Codex (default: those
 * of the tests), writes what Codex sent and what the provider answered to `fixtures/codex_<release>/`, and
 * keeps the release's row of `fixtures/VERSIONS.md`.
 */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/json.ts';
import { createReasoningSeal } from '../../src/relay/exchange/seal.ts';
import {
  type Exchange,
  type Fixture,
  replaceFixtures,
  VERSIONS_FILE,
  writeGolden,
} from '../support/fixtures.ts';
import { FIXTURE_SEAL, replay, toGolden } from '../support/replay.ts';
import { scriptedReply } from '../support/scripted-upstream.ts';
import { installCodex, RELEASES } from './install.ts';
import { type Hop, playScene, type SceneOutcome } from './play.ts';
import { isOlder } from './releases.ts';
import { SCENES, type Scene } from './scenes.ts';
import { SHAPES } from './shapes.ts';
import { Trimmer } from './trim.ts';
import { describeWire, withVersionRow } from './versions.ts';

interface Heard {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: JsonObject;
}

const releases = process.argv.length > 2 ? process.argv.slice(2) : RELEASES;
for (const release of releases) await recordRelease(release);

async function recordRelease(release: string): Promise<void> {
  const executable = await installCodex(release);
  const fixtures: Fixture[] = [];
  const scenes = [...SCENES, ...SHAPES].filter(({ since = '0' }) => !isOlder(release, since));
  for (const scene of scenes) fixtures.push(await recordScene(scene, release, executable));

  // Not before: a scene that fails must not change the earlier recording.
  replaceFixtures(release, fixtures);
  for (const fixture of fixtures) writeGolden(fixture, toGolden(replay(fixture)));
  const usual = fixtures.filter(({ scene }) => SCENES.some(({ name }) => name === scene));
  const row = { release, date: today(), scenes: scenes.length, wire: describeWire(usual) };
  await writeFile(VERSIONS_FILE, withVersionRow(await readFile(VERSIONS_FILE, 'utf8'), row));
  process.stderr.write(`Recorded ${fixtures.length} scenes of Codex ${release}.\n`);
}

async function recordScene(scene: Scene, release: string, executable: string): Promise<Fixture> {
  const heard: Heard[] = [];
  let exchanges: Exchange[] = [];
  const keep = async (outcome: SceneOutcome) => {
    await scene.check(outcome); // what did not go well is not worth keeping
    exchanges = await exchangesOf(scene, heard, outcome);
  };
  await playScene(scene, executable, keep, { hop: listeningHop(heard) });
  return { codex: release, scene: scene.name, exchanges };
}

async function exchangesOf(
  scene: Scene,
  heard: Heard[],
  { chats, place }: SceneOutcome,
): Promise<Exchange[]> {
  if (heard.length !== chats.length) {
    throw new Error(`${scene.name}: Codex sent ${heard.length} requests, the provider got ${chats.length}`);
  }
  const trimmer = new Trimmer({
    paths: [
      [place.workspace, '/workspace'],
      [place.home, '/codex-home'],
      [place.root, '/scene'],
    ],
    reseal,
  });
  const replies = await Promise.all(chats.map((chat, index) => scriptedReply(scene.upstream, chat, index)));
  return replies.map(({ status = 200, body }, index) => {
    const { method = '', path = '', headers = {}, body: sent = {} } = heard[index] ?? {};
    return { request: trimmer.request(method, path, headers, sent), upstream: { status, body } };
  });
}

/** What the relay packed into a reasoning item, as the replay reads it. */
function reseal(sealed: string): string {
  // What one agent tells another is called encrypted, and is the model's own text: no seal has blanks.
  if (/\s/.test(sealed)) return sealed;
  const reasoning = createReasoningSeal().open(sealed);
  if (!reasoning) throw new Error('Codex sent back an encrypted_content that the relay cannot open');
  // The replay has no address.
  return FIXTURE_SEAL.seal({ ...reasoning, provider: reasoning.provider.replace(/@.*/, '') });
}

/**
 * Stands between Codex and the relay, passes everything on unchanged and keeps what Codex sent. One request after the
 * other: those of a sub-agent reach the provider in the order in which they were heard.
 */
function listeningHop(heard: Heard[]): Hop {
  return async (relayUrl) => {
    let last: Promise<unknown> = Promise.resolve();
    const server = createServer((request, response) => {
      last = last
        .then(() => passOn(request, response, relayUrl, heard))
        .catch((error: unknown) => response.destroy(error as Error));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stop = async () => {
      server.closeAllConnections();
      server.close();
    };
    return { url: `http://127.0.0.1:${port}`, stop };
  };
}

async function passOn(request: IncomingMessage, response: ServerResponse, relayUrl: string, heard: Heard[]) {
  const { method = 'GET', url: path = '/', headers } = request;
  const text = Buffer.concat(await request.toArray()).toString();
  if (method === 'POST') heard.push({ method, path, headers, body: JSON.parse(text) as JsonObject });
  const { host: _, connection: __, 'content-length': ___, ...passed } = headers;
  const reply = await fetch(`${relayUrl}${path}`, {
    method,
    headers: passed as Record<string, string>,
    ...(text && { body: text }),
  });
  response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? 'text/plain' });
  response.end(Buffer.from(await reply.arrayBuffer()));
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
