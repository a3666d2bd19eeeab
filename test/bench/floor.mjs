// The least that a relay in Node can do: passes each request and each answer on as it is. What a measure of the
// relay lies above this one is its own; what lies below is Node's. `node floor.mjs UPSTREAM`, where UPSTREAM is an
// origin; plain JavaScript, since loading Node's type stripper would count as its memory.
import { once } from 'node:events';
import http from 'node:http';

const upstream = new URL(process.argv[2]);
const agent = new http.Agent({ keepAlive: true });

const server = http.createServer((request, response) => {
  const { method, url: path, headers } = request;
  const options = { agent, host: upstream.hostname, port: upstream.port, method, path, headers };
  const call = http.request(options, (reply) => {
    response.writeHead(reply.statusCode, { 'content-type': reply.headers['content-type'] });
    copy(reply, response).catch(() => response.destroy());
  });
  call.on('error', () => response.destroy());
  response.on('close', () => call.destroy());
  request.pipe(call);
});

/** Read by read: what came together leaves together, which is twice as fast as `pipe` with its write per chunk. */
async function copy(reply, response) {
  for await (const bytes of reply) if (!response.write(bytes)) await once(response, 'drain');
  response.end();
}

server.listen(0, '127.0.0.1', () => {
  process.stderr.write(`listens on http://127.0.0.1:${server.address().port}\n`);
});
process.on('disconnect', () => process.exit());
