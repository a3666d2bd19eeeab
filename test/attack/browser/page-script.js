/** Runs in the page: everything that a script may try on an address, and each answer as far as the page may read it. */
async function attack(base) {
  const body = JSON.stringify({ model: 'm', input: 'spend' });
  const json = { 'content-type': 'application/json' };
  const blind = { mode: 'no-cors' };
  const post = { method: 'POST', body };
  const untyped = { method: 'POST', body: new Blob([body]) };

  const ask = (path, init) =>
    fetch(base + path, init).then(
      async (reply) => `${reply.type} ${reply.status} ${await reply.text()}`,
      (error) => `refused ${error}`,
    );
  const load = (tag, path) =>
    new Promise((resolve) => {
      const element = document.createElement(tag);
      element.onload = () => {
        const inside = tag === 'iframe' ? element.contentDocument?.body.textContent : undefined;
        resolve(`loaded ${inside ?? 'but closed'}`);
      };
      element.onerror = () => resolve('refused');
      element.src = base + path;
      document.body.append(element);
    });
  const submit = (enctype) =>
    new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.name = `frame of ${enctype}`;
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: `${base}/v1/responses`, enctype, target: frame.name });
      const field = document.createElement('input');
      Object.assign(field, { name: '{"model":"m","input":"', value: 'spend"}' });
      form.append(field);
      document.body.append(frame, form);
      frame.onload = () => resolve('sent');
      form.submit();
    });
  const connect = (path) =>
    new Promise((resolve) => {
      const socket = new WebSocket(base.replace('http', 'ws') + path);
      socket.onopen = () => resolve('opened');
      socket.onerror = () => resolve('refused');
    });

  const tries = {
    models: ask('/v1/models'),
    'a stored response': ask('/v1/responses/resp_kept'),
    health: ask('/healthz'),
    status: ask('/relay/status?nonce=0123456789abcdef'),
    'a request': ask('/v1/responses', { ...post, headers: json }),
    'a request as text': ask('/v1/responses', post),
    'a request without a type': ask('/v1/responses', untyped),
    'a request as JSON, blindly': ask('/v1/responses', { ...post, ...blind, headers: json }),
    'a request without a type, blindly': ask('/v1/responses', { ...untyped, ...blind }),
    'a request with a guessed token': ask('/v1/responses', {
      ...post,
      headers: { ...json, authorization: 'Bearer x' },
    }),
    'a request that names another host': ask('/v1/responses', {
      ...post,
      headers: { ...json, 'x-forwarded-host': '127.0.0.1' },
    }),
    'a stored response, blindly': ask('/v1/responses/resp_kept', blind),
    'a deletion': ask('/v1/responses/resp_kept', { method: 'DELETE' }),
    'a cancellation': ask('/v1/responses/resp_kept/cancel', { method: 'POST' }),
    'a picture': load('img', '/v1/models'),
    'a script': load('script', '/v1/models'),
    'a frame': load('iframe', '/v1/responses/resp_kept'),
    'a form as text': submit('text/plain'),
    'a form': submit('application/x-www-form-urlencoded'),
    'a beacon': `sent: ${navigator.sendBeacon(`${base}/v1/responses`, body)}`,
    'a socket': connect('/v1/responses'),
  };
  return Promise.all(Object.entries(tries).map(async ([what, got]) => ({ what, got: await got })));
}
globalThis.attack = attack;
