/**
 * Client libraries of several languages against a relay with a scripted provider: small programs, each of which says
 * what it saw. Prints a matrix; exits with 1 if a program saw anything unexpected.
 *
 *     npm run test:clients [-- NAME ...]
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { start } from '../../src/index.ts';
import { codexCache } from '../real-codex/install.ts';
import { installOnce, pythonWith } from '../support/install-once.ts';
import {
  deltaChunk,
  errorReply,
  type ReceivedChat,
  type ScriptedReply,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { textTable } from '../support/text-table.ts';

const run = promisify(execFile);
/** How long an install or a build may take, in ms. */
const BUILD = { timeout: 15 * 60_000, maxBuffer: 1e8 };
const HERE = import.meta.dirname;
const CASES = ['text', 'stream', 'tools', 'streamed_tools', 'refusal', 'broken'];
const CALL = { id: 'call_1', name: 'get_weather', arguments: { city: 'Oslo' } };

interface Client {
  name: string;
  /** The program as a command line, with what it needs installed. */
  command(): Promise<readonly [command: string, ...args: string[]]>;
}

const PYTHON = ['openai==3.57.0', 'pydantic-ai-slim[openai]==2.68.0', 'langchain-openai==1.7.4'];

const CLIENTS: readonly Client[] = [
  python('openai-python 3.57.0', 'openai_python.py'),
  python('pydantic-ai 2.68.0', 'pydantic_agents.py'),
  python('langchain-openai 1.7.4 (Python)', 'langchain_python.py'),
  javascript('openai-node 7.57.0', 'openai-node.mjs'),
  javascript('AI SDK 7.0.173', 'ai-sdk.mjs'),
  javascript('OpenAI Agents SDK 0.20.0', 'agents-sdk.mjs'),
  javascript('@langchain/openai 1.6.0 (JavaScript)', 'langchain.mjs'),
  { name: 'openai-go 3.99.0', command: goProgram },
  { name: 'openai-java 4.101.0, validating', command: javaProgram },
  { name: 'async-openai 0.43.0 (Rust)', command: rustProgram },
];

const wanted = process.argv.slice(2);
const rows: string[][] = [];
for (const client of CLIENTS) {
  if (wanted.length === 0 || wanted.some((word) => client.name.includes(word))) rows.push(await play(client));
}
process.stdout.write(textTable(['client', ...CASES], rows));

/** The client's row. */
async function play({ name, command }: Client): Promise<string[]> {
  const upstream = await startScriptedUpstream(answer, ['scripted']);
  const relay = await start({ port: 0, upstream: upstream.url, apiKey: 'key-of-the-provider' });
  try {
    const [file, ...args] = await command();
    const env = { ...process.env, RELAY_URL: relay.url, OPENAI_AGENTS_DISABLE_TRACING: '1' };
    const { stdout } = await run(file, args, { env, timeout: 120_000 });
    const seen = new Map(stdout.split('\n').map((line) => line.split('\t') as [string, string]));
    const outcomes = CASES.map((word) => seen.get(word) ?? 'not shown');
    if (outcomes.some((outcome) => outcome !== 'ok')) process.exitCode = 1;
    return [name, ...outcomes];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return [name, `not available: there is no ${'path' in error ? error.path : 'such program'}`];
    }
    process.exitCode = 1;
    return [name, `FAILED: ${messageOf(error)}`];
  } finally {
    await relay.stop();
    await upstream.stop();
  }
}

/** What the provider says, by the last message. */
function answer({ body }: ReceivedChat): ScriptedReply {
  const last = body.messages.at(-1);
  const words = JSON.stringify(last?.content ?? '');
  if (last?.role === 'tool') {
    const isRight = last.tool_call_id === CALL.id && words.includes('21');
    return said(isRight ? 'It is 21 degrees in Oslo.' : `The result is lost: ${words}`);
  }
  if (words.includes('weather')) return streamReply(toolCallChunks(CALL), usageChunk(20, 5));
  if (words.includes('refused')) return errorReply(400, 'no such luck', { type: 'invalid_request_error' });
  if (words.includes('Break off')) {
    const failure = { error: { message: 'the model broke down', code: 500 } };
    return streamReply(deltaChunk({ content: 'Half an ans' }), `data: ${JSON.stringify(failure)}\n\n`);
  }
  return said('Hello from the relay.');
}

function said(text: string): ScriptedReply {
  return streamReply(textChunks(text.slice(0, 8), text.slice(8)), usageChunk(20, 5));
}

function python(name: string, program: string): Client {
  return {
    name,
    command: async () => {
      const folder = join(codexCache(), `clients-python-${keyOf(PYTHON.join())}`);
      return [await pythonWith(folder, PYTHON), '-B', join(HERE, 'python', program)];
    },
  };
}

/** Names a folder by what is installed in it, so that other pins get another. */
function keyOf(pins: string): string {
  return createHash('sha256').update(pins).digest('hex').slice(0, 8);
}

/** The programs run where their packages are. */
function javascript(name: string, program: string): Client {
  return {
    name,
    command: async () => {
      const source = join(HERE, 'javascript');
      const pins = await readFile(join(source, 'package.json'), 'utf8');
      const folder = join(codexCache(), `clients-javascript-${keyOf(pins)}`);
      await installOnce(folder, async (scratch) => {
        await copyFile(join(source, 'package.json'), join(scratch, 'package.json'));
        await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
          ...BUILD,
          cwd: scratch,
        });
      });
      for (const file of await readdir(source)) await copyFile(join(source, file), join(folder, file));
      return [process.execPath, join(folder, program)];
    },
  };
}

async function goProgram(): Promise<readonly [string]> {
  const program = join(codexCache(), 'clients-go', 'relayclient');
  await run('go', ['build', '-mod=readonly', '-o', program, '.'], { ...BUILD, cwd: join(HERE, 'go') });
  return [program];
}

async function rustProgram(): Promise<readonly [string]> {
  const folder = join(codexCache(), 'clients-rust');
  await mkdir(folder, { recursive: true });
  await cp(join(HERE, 'rust'), folder, { recursive: true });
  await run('cargo', ['build', '--quiet'], { ...BUILD, cwd: folder });
  return [join(folder, 'target', 'debug', 'relay-client')];
}

async function javaProgram(): Promise<readonly [string, ...string[]]> {
  const folder = join(codexCache(), 'clients-java');
  await cp(join(HERE, 'java'), folder, { recursive: true });
  const classpath = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';
  await run('mvn', ['-q', '-B', 'compile', classpath, '-Dmdep.outputFile=target/classpath.txt'], {
    ...BUILD,
    cwd: folder,
  });
  const libraries = await readFile(join(folder, 'target', 'classpath.txt'), 'utf8');
  return ['java', '-cp', [join(folder, 'target', 'classes'), libraries.trim()].join(delimiter), 'Client'];
}
