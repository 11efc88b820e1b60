// What a program in TypeScript does with the description: it compiles against its types, and stores a value.
import createClient from 'openapi-fetch';
import type { paths } from './mikcar.js';

const [baseUrl, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const key = 'from a/generated client';

const set = await client.PUT('/kv/set/{key}', {
  params: { path: { key }, query: { ttl: 60 } },
  body: 'milk, bread',
  bodySerializer: (body) => body,
  headers: { 'Content-Type': 'text/plain' },
});
if (set.error) throw new Error(set.error.code);

const found = await client.POST('/kv/get/batch', { body: { keys: [key] } });
const rows = await client.POST('/sql/query', { body: { sql: 'SELECT 1 AS one', timeout_ms: 5000 } });
const created = await client.PUT('/storage/object/{path}', {
  params: { path: { path: 'notes/1.txt' } },
  body: 'hello',
  bodySerializer: (body) => body,
});
if (found.error || rows.error || created.error || typeof rows.data === 'string') throw new Error('an answer is an error');

// The description knows what a route does not take.
// @ts-expect-error: no such parameter
const mistaken = await client.PUT('/kv/set/{key}', { params: { path: { key }, query: { tll: 60 } }, body: '' });

console.log(
  JSON.stringify({
    status: set.data.status,
    value: found.data[key],
    row_count: rows.data.row_count,
    size: created.data.size,
    mistake: mistaken.error?.code,
  }),
);
