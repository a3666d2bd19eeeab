/** Finds out who holds the relay's port: our relay in another window, another relay, or some other program. */

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { parseObject } from '../../json.ts';
import { SERVICE } from '../../names.ts';
import { codeOf } from '../../node-errors.ts';
import { ownerProof, STATUS_PATH } from '../../relay/http/owner-proof.ts';

/**
 * `ours`: proved that it knows our token. `other-relay`: a Codex Relay with another token, e.g. the command line
 * program. `foreign`: anything else that accepts connections. `nobody`: nothing listens.
 */
export type PortOwner = 'ours' | 'other-relay' | 'foreign' | 'nobody';

const PROBE_TIMEOUT_MS = 2000;
const LARGEST_ANSWER = 4096;
const run = promisify(execFile);

/** Asks the program on the port to prove that it is our relay. Never rejects, never sends the token. */
export async function probePort(port: number, token: string): Promise<PortOwner> {
  const nonce = randomBytes(16).toString('hex');
  const answer = await getText(port, `${STATUS_PATH}?nonce=${nonce}`);
  if (answer === 'refused') return 'nobody';
  const { service, proof } = parseObject(answer.text) ?? {};
  if (proof === ownerProof(token, nonce)) return 'ours';
  return service === SERVICE ? 'other-relay' : 'foreign';
}

/** A port above `port` that nothing listens on. */
export async function freePortAbove(port: number): Promise<number> {
  for (let candidate = port + 1; candidate < Math.min(port + 100, 65_536); candidate++) {
    if (await canListen(candidate)) return candidate;
  }
  throw new Error(`no free port between ${port + 1} and ${port + 99}`);
}

/**
 * Name and pid of the program that listens on 127.0.0.1:port, e.g. `node (pid 4711)`; undefined if it cannot be told.
 */
export async function describePortHolder(port: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return await linuxHolder(port);
    if (process.platform === 'win32') return await windowsHolder(port);
    return await lsofHolder(port);
  } catch {
    // Without the permission or the tool to look, the message names only the port.
    return undefined;
  }
}

type Answer = 'refused' | { text: string };

function getText(port: number, path: string): Promise<Answer> {
  return new Promise((resolve) => {
    const call = request(
      { host: '127.0.0.1', port, path, timeout: PROBE_TIMEOUT_MS, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
          if (text.length > LARGEST_ANSWER) response.destroy();
        });
        response.on('close', () => resolve({ text }));
        response.on('error', () => resolve({ text: '' }));
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', (error) => {
      resolve(codeOf(error) === 'ECONNREFUSED' ? 'refused' : { text: '' });
    });
    call.end();
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Finds the listening socket's inode in /proc/net, then the process that has it open. */
async function linuxHolder(port: number): Promise<string | undefined> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  // Columns: 1 local address, 3 state (0A: listening), 9 inode.
  const inode = rows.find((row) => row[1]?.endsWith(`:${hex}`) && row[3] === '0A')?.[9];
  if (!inode) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await hasSocket(pid, inode))) continue;
    return `${basename(await readlink(`/proc/${pid}/exe`))} (pid ${pid})`;
  }
  return undefined;
}

async function hasSocket(pid: string, inode: string): Promise<boolean> {
  // Other users' processes cannot be read, and a process may end meanwhile.
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return links.includes(`socket:[${inode}]`);
}

async function lsofHolder(port: number): Promise<string | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const name = /^c(.+)$/m.exec(stdout)?.[1];
  return pid && `${name ?? 'process'} (pid ${pid})`;
}

async function windowsHolder(port: number): Promise<string | undefined> {
  const { stdout } = await run('netstat', ['-ano', '-p', 'TCP'], { windowsHide: true });
  const row = stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, local, remote]) => local?.endsWith(`:${port}`) && remote?.endsWith(':0'));
  const pid = row?.[4];
  if (!pid) return undefined;
  const list = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], { windowsHide: true });
  const name = /^"([^"]+)"/m.exec(list.stdout)?.[1];
  return `${name ?? 'process'} (pid ${pid})`;
}
