/** Real balancers before several relays, as `src/team/README.md` configures them; each in a folder of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOf } from './debian.ts';
import { freePort } from './ports.ts';

export interface Balancer {
  url: string;
  stop(): Promise<void>;
}

/** @param ports of the relays; requests go to any of them. */
export type StartBalancer = (ports: readonly number[]) => Promise<Balancer>;

export const NGINX = programOf('nginx', 'nginx-light');
export const CADDY = programOf('caddy', 'caddy');

export const startNginx: StartBalancer = (ports) =>
  startBalancer(NGINX ?? 'nginx', (port, folder) => {
    writeFileSync(join(folder, 'nginx.conf'), nginxConfiguration(port, ports, folder));
    return ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')];
  });

export const startCaddy: StartBalancer = (ports) =>
  startBalancer(CADDY ?? 'caddy', (port, folder) => {
    writeFileSync(join(folder, 'Caddyfile'), caddyConfiguration(port, ports));
    return ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
  });

/** The guide's, without TLS. One process, so that ending it ends all. */
function nginxConfiguration(port: number, ports: readonly number[], folder: string): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  const shown = guideBlock('nginx')
    .replace(/(server 10\.0\.0\.\d:4444( [^;]*)?; )+/, (_all, _last, options = '') =>
      ports.map((each) => `server 127.0.0.1:${each}${options}; `).join(''),
    )
    .replace('listen 443 ssl; server_name relay.example.com;', `listen 127.0.0.1:${port};`);
  return `
daemon off; master_process off; pid ${join(folder, 'nginx.pid')};
events { worker_connections 4096; }
http { access_log off; ${places.join(' ')}
${shown}
}
`;
}

/** The guide's, without TLS. */
function caddyConfiguration(port: number, ports: readonly number[]): string {
  const relays = ports.map((each) => `127.0.0.1:${each}`).join(' ');
  const shown = guideBlock('caddy')
    .replace('relay.example.com {', `http://127.0.0.1:${port} {`)
    .replace(/10\.0\.0\.7:4444 10\.0\.0\.8:4444/, relays);
  return `{\n  admin off\n}\n${shown}`;
}

function guideBlock(language: string): string {
  const guide = readFileSync('src/team/README.md', 'utf8');
  const block = new RegExp(`\`\`\`${language}\n([^\`]*)\`\`\``).exec(guide)?.[1];
  if (block === undefined) throw new Error(`the guide shows nothing for ${language}`);
  return block;
}

/** @param prepare writes the configuration, and returns the arguments */
async function startBalancer(
  program: string,
  prepare: (port: number, folder: string) => string[],
): Promise<Balancer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'codex-relay-balancer-'));
  // Caddy keeps things in the home folder.
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(program, prepare(port, folder), { stdio: 'ignore', env });
  const end = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', end);
  await accepts(port);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // Asked to end, Caddy would wait for its clients.
      child.kill('SIGKILL');
      await ended;
      process.off('exit', end);
      end();
    },
  };
}

async function accepts(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(25);
  }
  throw new Error('the balancer does not listen');
}
