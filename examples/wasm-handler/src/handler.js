// Notes, visit counters, photos, accounts and mail. The component keeps nothing itself: everything is
// in mikcar's kv, storage, sql and email, which it reaches by plain HTTP. The first half of this file is the handler; the second half gives it
// `fetch` and an entry point on top of wasi:http, and knows nothing about notes.

import { getEnvironment } from 'wasi:cli/environment@0.2.3';
import { subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.3';
import { handle as send } from 'wasi:http/outgoing-handler@0.2.3';
import {
  Fields, OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam,
} from 'wasi:http/types@0.2.3';
import { poll } from 'wasi:io/poll@0.2.3';

const routes = [
  ['GET', '/', listRoutes],
  ['GET', '/notes', listNotes],
  ['PUT', '/notes/{name}', putNote],
  ['GET', '/notes/{name}', getNote],
  ['DELETE', '/notes/{name}', deleteNote],
  ['POST', '/visits/{page}', countVisit],
  ['PUT', '/photos/{name}', putPhoto],
  ['GET', '/photos/{name}', getPhoto],
  ['POST', '/transfers', transfer],
  ['POST', '/mails', mailNote],
];

function listRoutes() {
  return json(200, { routes: routes.map(([method, path]) => `${method} ${path}`) });
}

async function listNotes() {
  const answer = await kv('GET', '/keys/notes/*');
  if (!answer.ok) return answer;
  const { keys, truncated } = answer.json();
  return json(200, { names: keys.map((key) => key.slice('notes/'.length)), truncated });
}

async function putNote(name, { headers, body }) {
  const answer = await kv('PUT', `/set/notes/${encodeURIComponent(name)}`, {
    headers: pick(headers, 'content-type'),
    body,
  });
  return answer.ok ? json(201, { name, size: body.length }, pick(answer.headers, 'etag')) : answer;
}

function getNote(name) {
  return kv('GET', `/get/notes/${encodeURIComponent(name)}`);
}

async function deleteNote(name) {
  const answer = await kv('DELETE', `/del/notes/${encodeURIComponent(name)}`);
  return answer.ok ? json(200, { name, deleted: answer.json().deleted > 0 }) : answer;
}

async function countVisit(page) {
  const answer = await kv('POST', `/increment/visits/${encodeURIComponent(page)}`);
  return answer.ok ? json(200, { page, visits: answer.json().value }) : answer;
}

/** Written once: a photo that is there already stays, and the answer is the sidecar's 412. */
async function putPhoto(name, { headers, body }) {
  const answer = await sidecar('PUT', `/storage/object/photos/${encodeURIComponent(name)}`, {
    headers: { ...pick(headers, 'content-type'), 'if-none-match': '*' },
    body,
  });
  return answer.ok ? json(201, { name, size: answer.json().size }, pick(answer.headers, 'etag')) : answer;
}

function getPhoto(name) {
  return sidecar('GET', `/storage/object/photos/${encodeURIComponent(name)}`);
}

/** Runs in the sidecar, in one transaction: both accounts change, or neither does. */
const TRANSFER = `export default function ({ from, to, amount }) {
  if (!Number.isInteger(amount) || amount <= 0) throw new Error('amount must be a whole number above 0');
  const taken = sql.execute(
    'UPDATE account SET balance = balance - $2 WHERE id = $1 AND balance >= $2', [from, amount]);
  if (taken === 0) throw new Error('the account is not there, or has too little');
  const given = sql.execute('UPDATE account SET balance = balance + $2 WHERE id = $1', [to, amount]);
  if (given === 0) throw new Error('there is no account to give it to');
  return sql.query('SELECT id, balance FROM account WHERE id IN ($1, $2) ORDER BY id', [from, to]);
}`;

async function transfer(_, { body }) {
  let input;
  try { input = JSON.parse(new TextDecoder().decode(body)); } catch { return problem(400, 'JSON_ERROR', 'The body is not JSON'); }
  const answer = await sidecar('POST', '/sql/script', {
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify({ script: TRANSFER, input })),
  });
  return answer.ok ? json(200, { accounts: answer.json().result }) : answer;
}

/** Sends a note. A request that is sent again with its Idempotency-Key sends no second mail. */
async function mailNote(_, { headers, body }) {
  let input;
  try { input = JSON.parse(new TextDecoder().decode(body)); } catch { return problem(400, 'JSON_ERROR', 'The body is not JSON'); }
  const name = String(input?.note);
  // As in `respond`.
  if (name === '.' || name === '..') return problem(400, 'BAD_REQUEST', `${name} cannot be a name`);
  const note = await getNote(name);
  if (!note.ok) return note;
  const answer = await sidecar('POST', '/email/send', {
    headers: { 'content-type': 'application/json', ...pick(headers, 'idempotency-key') },
    body: new TextEncoder().encode(JSON.stringify({
      from: 'Notes <notes@example.org>',
      to: [input.to],
      subject: `Note ${name}`,
      text: new TextDecoder().decode(note.body),
    })),
  });
  return answer.ok ? json(202, { id: answer.json().id }) : answer;
}

function kv(method, path, options) {
  return sidecar(method, `/kv${path}`, options);
}

/** The sidecar's answer, fit to be returned to the client as it is, errors included. */
async function sidecar(method, path, { headers, body } = {}) {
  // Read with each request: what runs while this file loads, runs once, at build time.
  const environment = Object.fromEntries(getEnvironment());
  const url = environment.MIKCAR_URL || 'http://127.0.0.1:3001';
  const token = environment.MIKCAR_TOKEN;
  try {
    const answer = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      method,
      headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
      body,
    });
    answer.headers = pick(answer.headers, 'content-type', 'etag', 'retry-after', 'x-trace-id');
    return answer;
  } catch (error) {
    return problem(502, 'SIDECAR_UNREACHABLE', `No answer from mikcar at ${url}: ${error.message}`);
  }
}

async function respond(request) {
  const path = request.path.split('?')[0];
  const allow = [];
  for (const [method, pattern, handler] of routes) {
    const match = new RegExp(`^${pattern.replace(/\{\w+\}/, '([^/]+)')}$`).exec(path);
    if (!match) continue;
    if (method !== request.method) { allow.push(method); continue; }

    let name;
    try { name = match[1] && decodeURIComponent(match[1]); } catch { name = '.'; }
    // A dot segment would be taken out of the sidecar's URL, and another key be meant.
    if (name === '.' || name === '..') return problem(400, 'BAD_REQUEST', `${match[1]} cannot be a name`);
    return handler(name, request);
  }
  return allow.length
    ? problem(405, 'METHOD_NOT_ALLOWED', `${path} takes ${allow.join(', ')}`, { allow: allow.join(', ') })
    : problem(404, 'NOT_FOUND', `There is nothing at ${path}`);
}

function json(status, value, headers) {
  const body = new TextEncoder().encode(JSON.stringify(value));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** An error in the shape of mikcar's own. */
function problem(status, code, error, headers) {
  return json(status, { error, code, status }, headers);
}

function pick(headers, ...names) {
  return Object.fromEntries(names.filter((name) => name in headers).map((name) => [name, headers[name]]));
}

// ---------------------------------------------------------------------------------------------
// wasi:http. componentize-js has a `fetch` event and a `fetch` of its own, made for hosts that take
// a fresh instance for each request. `jco serve` keeps one: there the event fires once, and memory
// that `fetch` has freed is freed again when the exported function returns (ComponentizeJS #224).

/** The longest wait for the other side, in nanoseconds. One request is served at a time. */
const PATIENCE = 10_000_000_000n;

export const incomingHandler = {
  async handle(incoming, outparam) {
    let response;
    try {
      response = await respond(readRequest(incoming));
    } catch (error) {
      console.error(error);
      response = problem(500, 'INTERNAL_ERROR', 'The handler failed');
    }
    try {
      writeResponse(outparam, response);
    } catch (error) {
      console.error(error); // The client has gone. An error that left this function would end the server.
    }
  },
};

function readRequest(incoming) {
  const method = incoming.method();
  return {
    method: (method.val ?? method.tag).toUpperCase(),
    path: incoming.pathWithQuery() ?? '/',
    headers: using(incoming.headers(), readHeaders),
    body: using(incoming.consume(), readBody),
  };
}

function writeResponse(outparam, { status, headers, body }) {
  const outgoing = new OutgoingResponse(fields({ ...headers, 'content-length': String(body.length) }));
  outgoing.setStatusCode(status);
  const outgoingBody = outgoing.body();
  ResponseOutparam.set(outparam, { tag: 'ok', val: outgoing });
  writeBody(outgoingBody, body);
}

/** What is needed here of the web's `fetch`. The answer's body has been read. */
async function fetch(url, { method = 'GET', headers = {}, body = new Uint8Array() } = {}) {
  const { protocol, host, pathname, search } = new URL(url);
  const request = new OutgoingRequest(fields({ ...headers, 'content-length': String(body.length) }));
  request.setMethod({ tag: method.toLowerCase() });
  request.setScheme({ tag: protocol === 'https:' ? 'HTTPS' : 'HTTP' });
  request.setAuthority(host);
  request.setPathWithQuery(pathname + search);
  const outgoingBody = request.body();

  return using(send(request, undefined), (future) => {
    using(future.subscribe(), (answered) => {
      writeBody(outgoingBody, body, answered);
      wait(answered);
    });
    const result = future.get().val;
    if (result.tag === 'err') throw new Error(result.val.tag);
    return using(result.val, (incoming) => {
      const status = incoming.status();
      const answer = {
        status,
        ok: status < 400,
        headers: using(incoming.headers(), readHeaders),
        body: using(incoming.consume(), readBody),
        json: () => JSON.parse(new TextDecoder().decode(answer.body)),
      };
      return answer;
    });
  });
}

function fields(headers) {
  return Fields.fromList(Object.entries(headers).map(([name, value]) => [name, new TextEncoder().encode(value)]));
}

function readHeaders(headers) {
  return Object.fromEntries(headers.entries().map(([name, value]) => [name, new TextDecoder().decode(value)]));
}

function readBody(body) {
  const chunks = [];
  using(body.stream(), (stream) => using(stream.subscribe(), (readable) => {
    try {
      for (;;) {
        const chunk = stream.read(65536n);
        if (chunk.length) chunks.push(chunk);
        else wait(readable);
      }
    } catch (end) {
      if (end.payload?.tag !== 'closed') throw end;
    }
  }));
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Writes all of `bytes`, or what there is time for until `answered`: a server need not hear us out. */
function writeBody(body, bytes, answered) {
  let at = 0;
  using(body.write(), (stream) => using(stream.subscribe(), (writable) => {
    while (at < bytes.length && !answered?.ready()) {
      const room = Number(stream.checkWrite());
      if (room) {
        stream.write(bytes.subarray(at, at + room));
        at += room;
      } else {
        wait(writable, answered);
      }
    }
  }));
  if (at < bytes.length) body[Symbol.dispose]();
  else OutgoingBody.finish(body, undefined);
}

/** Blocks until one of `pollables` is ready; throws when none is in time. */
function wait(...pollables) {
  using(subscribeDuration(PATIENCE), (deadline) => {
    const wanted = pollables.filter(Boolean);
    const ready = poll([...wanted, deadline]);
    if (ready.every((index) => index === wanted.length)) throw new Error('timed out');
  });
}

/** The result of `work(resource)`. The resource is dropped: the host counts what a component holds. */
function using(resource, work) {
  try {
    return work(resource);
  } finally {
    resource[Symbol.dispose]();
  }
}
