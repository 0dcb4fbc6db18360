import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Client, createClient, LibsqlError, type ResultSet, type Transaction, type Value } from '@libsql/client';

/**
 * A stand-in for a libSQL server, none of which can be had in tests: what the client asks of one over HTTP (Hrana 2,
 * as JSON), on a file. It takes one request at a time and knows no streams that outlive theirs, which Spicerack opens none of.
 */
export interface DatabaseServer {
  readonly url: string;
  /** How many requests it has taken. */
  requests(): number;
  /**
   * How it behaves to the next so many requests, and well again after them: it breaks the connection before it has done
   * anything (`cut`) or after (`mute`), takes it and never answers (`hang`), or answers as a proxy does whose server is
   * away (a status).
   */
  behave(manners: Manners, requests: number): void;
  /** Goes away, once it has answered what it has taken: nobody listens. */
  stop(): Promise<void>;
  /** Comes back, at the same address. */
  start(): Promise<void>;
}

type Manners = 'cut' | 'mute' | 'hang' | number;

export async function databaseServer(file: string, port = 0): Promise<DatabaseServer> {
  const client = createClient({ url: `file:${file}` });
  await client.execute('pragma journal_mode = wal');
  let manners: { kind: Manners; left: number } = { kind: 'cut', left: 0 };
  let requests = 0;
  let isLeaving = false;
  const unanswered = new Set<Socket>();
  let turn: Promise<unknown> = Promise.resolve();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    requests += 1;
    const kind = manners.left-- > 0 ? manners.kind : null;
    if (kind === 'hang') return void unanswered.add(request.socket);
    if (kind === 'cut') return void request.socket.destroy();
    if (typeof kind === 'number') return void response.writeHead(kind).end();
    const { requests: asked } = JSON.parse(text) as { requests: Asked[] };
    const work = turn.then(() => answerAll(client, asked));
    turn = work.catch(() => undefined);
    const results = await work;
    if (kind === 'mute') return void request.socket.destroy();
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(isLeaving ? { connection: 'close' } : {}),
    });
    response.end(JSON.stringify({ baton: null, base_url: null, results }));
  };
  const server = createServer((request, response) => void answer(request, response));
  const start = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const taken = await start(port);
  return {
    url: `http://127.0.0.1:${taken}`,
    requests: () => requests,
    behave: (kind, left) => {
      manners = { kind, left };
    },
    stop: async () => {
      const closed = once(server, 'close');
      isLeaving = true;
      server.close();
      server.closeIdleConnections();
      for (const socket of unanswered) socket.destroy();
      unanswered.clear();
      await closed;
    },
    start: async () => {
      isLeaving = false;
      await start(taken);
    },
  };
}

type Sent =
  | { type: 'null' }
  | { type: 'integer' | 'text'; value: string }
  | { type: 'float'; value: number }
  | { type: 'blob'; base64: string };

interface Stmt {
  sql?: string;
  sql_id?: number;
  args?: Sent[];
  named_args?: Array<{ name: string; value: Sent }>;
}

type Condition =
  | { type: 'ok' | 'error'; step: number }
  | { type: 'not'; cond: Condition }
  | { type: 'and' | 'or'; conds: Condition[] };

interface Asked {
  type: 'execute' | 'batch' | 'store_sql' | 'close_sql' | 'sequence' | 'close';
  sql?: string;
  sql_id?: number;
  stmt?: Stmt;
  batch?: { steps: Array<{ condition?: Condition | null; stmt: Stmt }> };
}

const NOTHING = { cols: [], rows: [], affected_row_count: 0, last_insert_rowid: null };

/** What one request asks for, one after the other, each with its own answer. */
async function answerAll(client: Client, asked: Asked[]): Promise<unknown[]> {
  const stored = new Map<number, string>();
  const held: { open: Transaction | null } = { open: null };
  const run = async (stmt: Stmt) => {
    const sql = stmt.sql ?? stored.get(stmt.sql_id ?? -1) ?? '';
    const named = stmt.named_args ?? [];
    const args =
      named.length > 0
        ? Object.fromEntries(named.map(({ name, value }) => [name, valueSent(value)]))
        : (stmt.args ?? []).map(valueSent);
    // A connection is kept by a transaction alone.
    if (/^begin/i.test(sql)) {
      held.open = await client.transaction(/immediate/i.test(sql) ? 'write' : 'deferred');
      return NOTHING;
    }
    if (/^(commit|rollback)/i.test(sql)) {
      if (!held.open) throw new Error('no transaction is active');
      await (/^commit/i.test(sql) ? held.open.commit() : held.open.rollback());
      held.open = null;
      return NOTHING;
    }
    return resultOf(await (held.open ?? client).execute({ sql, args }));
  };
  const answers: unknown[] = [];
  for (const each of asked) {
    const { type } = each;
    try {
      if (type === 'store_sql') stored.set(each.sql_id ?? -1, each.sql ?? '');
      if (type === 'sequence') await client.executeMultiple(each.sql ?? '');
      const result =
        type === 'execute' && each.stmt
          ? await run(each.stmt)
          : type === 'batch'
            ? await runSteps(each.batch?.steps ?? [], run)
            : undefined;
      answers.push({ type: 'ok', response: { type, ...(result ? { result } : {}) } });
    } catch (error) {
      answers.push({ type: 'error', error: errorOf(error) });
    }
  }
  held.open?.close();
  return answers;
}

async function runSteps(steps: NonNullable<Asked['batch']>['steps'], run: (stmt: Stmt) => Promise<unknown>) {
  const results: unknown[] = [];
  const errors: unknown[] = [];
  const holds = (condition: Condition): boolean => {
    switch (condition.type) {
      case 'ok':
        return Boolean(results[condition.step]);
      case 'error':
        return Boolean(errors[condition.step]);
      case 'not':
        return !holds(condition.cond);
      case 'and':
        return condition.conds.every(holds);
      case 'or':
        return condition.conds.some(holds);
    }
  };
  for (const { condition, stmt } of steps) {
    const at = results.push(null) - 1;
    errors.push(null);
    if (condition && !holds(condition)) continue;
    try {
      results[at] = await run(stmt);
    } catch (error) {
      errors[at] = errorOf(error);
    }
  }
  return { step_results: results, step_errors: errors };
}

function errorOf(error: unknown) {
  return error instanceof LibsqlError
    ? { message: error.message, code: error.code }
    : { message: String(error), code: 'SQLITE_ERROR' };
}

function resultOf({ columns, columnTypes, rows, rowsAffected, lastInsertRowid }: ResultSet) {
  return {
    cols: columns.map((name, i) => ({ name, decltype: columnTypes[i] || null })),
    rows: rows.map((row) => columns.map((_, i) => sentOf(row[i] ?? null))),
    affected_row_count: rowsAffected,
    last_insert_rowid: lastInsertRowid === undefined ? null : String(lastInsertRowid),
  };
}

function valueSent(sent: Sent): Value {
  switch (sent.type) {
    case 'null':
      return null;
    case 'integer':
      return BigInt(sent.value);
    case 'float':
    case 'text':
      return sent.value;
    case 'blob':
      return new Uint8Array(Buffer.from(sent.base64, 'base64')).buffer;
  }
}

function sentOf(value: Value): Sent {
  if (value === null) return { type: 'null' };
  if (typeof value === 'string') return { type: 'text', value };
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { type: 'integer', value: String(value) } : { type: 'float', value };
  return { type: 'blob', base64: Buffer.from(value).toString('base64') };
}
