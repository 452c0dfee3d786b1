// A stand-in for a libSQL server: Hrana 2 in JSON over HTTP, on a file of node:sqlite, which is another build
// of SQLite than the driver's. It can refuse a token and lose an answer after having done what was asked.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

interface HranaValue {
  readonly type: 'null' | 'integer' | 'float' | 'text' | 'blob'
  readonly value?: string | number
  readonly base64?: string
}
interface HranaStatement {
  readonly sql?: string
  readonly sql_id?: number
  readonly args?: readonly HranaValue[]
}
interface Condition {
  readonly type: 'ok' | 'error' | 'not' | 'and' | 'or'
  readonly step?: number
  readonly cond?: Condition
  readonly conds?: readonly Condition[]
}
interface HranaRequest {
  readonly type: 'execute' | 'batch' | 'sequence' | 'store_sql' | 'close_sql' | 'close'
  readonly stmt?: HranaStatement
  readonly batch?: {
    readonly steps: readonly { readonly condition?: Condition; readonly stmt: HranaStatement }[]
  }
  readonly sql?: string
  readonly sql_id?: number
}

/** One client's stream: a connection of its own, as a real server has it. */
interface Stream {
  readonly db: DatabaseSync
  readonly texts: Map<number, string>
}

const NAMES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  8: 'SQLITE_READONLY',
  13: 'SQLITE_FULL',
  19: 'SQLITE_CONSTRAINT',
}

const toSqlite = ({ type, value, base64 }: HranaValue): SQLInputValue => {
  if (type === 'integer') return BigInt(String(value))
  if (type === 'blob') return Buffer.from(base64 ?? '', 'base64')
  return type === 'null' ? null : (value ?? null)
}

const fromSqlite = (value: unknown): HranaValue => {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: value.toString() }
  if (typeof value === 'number') return { type: 'float', value }
  if (value instanceof Uint8Array) return { type: 'blob', base64: Buffer.from(value).toString('base64') }
  return { type: 'text', value: String(value) }
}

const errorOf = (error: unknown) => {
  const { errcode, message } = error as { errcode?: number; message: string }
  return { message, code: NAMES[(errcode ?? 1) & 0xff] ?? 'SQLITE_ERROR' }
}

const execute = ({ db, texts }: Stream, { sql, sql_id, args }: HranaStatement) => {
  const statement = db.prepare(sql ?? texts.get(sql_id ?? -1) ?? '')
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  const columns = statement.columns()
  const values = (args ?? []).map(toSqlite)
  if (columns.length === 0) {
    const { changes } = statement.run(...values)
    return { cols: [], rows: [], affected_row_count: Number(changes), last_insert_rowid: null }
  }
  const rows = statement.all(...values) as unknown as unknown[][]
  return {
    cols: columns.map(({ name, type }) => ({ name, decltype: type })),
    rows: rows.map((row) => row.map(fromSqlite)),
    affected_row_count: 0,
    last_insert_rowid: null,
  }
}

const holds = (
  condition: Condition | undefined,
  results: readonly unknown[],
  errors: readonly unknown[],
): boolean => {
  if (condition === undefined) return true
  const step = condition.step ?? -1
  const inner = condition.conds ?? []
  switch (condition.type) {
    case 'ok':
      return results[step] !== null && results[step] !== undefined
    case 'error':
      return errors[step] !== null && errors[step] !== undefined
    case 'not':
      return !holds(condition.cond, results, errors)
    case 'and':
      return inner.every((one) => holds(one, results, errors))
    case 'or':
      return inner.some((one) => holds(one, results, errors))
  }
}

const runBatch = (stream: Stream, steps: NonNullable<HranaRequest['batch']>['steps']) => {
  const results: unknown[] = []
  const errors: unknown[] = []
  for (const { condition, stmt } of steps) {
    let result: unknown = null
    let error: unknown = null
    if (holds(condition, results, errors)) {
      try {
        result = execute(stream, stmt)
      } catch (thrown) {
        error = errorOf(thrown)
      }
    }
    results.push(result)
    errors.push(error)
  }
  return { step_results: results, step_errors: errors }
}

const answer = (stream: Stream, request: HranaRequest): unknown => {
  const { type } = request
  if (type === 'execute') return { type, result: execute(stream, request.stmt ?? {}) }
  if (type === 'batch') return { type, result: runBatch(stream, request.batch?.steps ?? []) }
  if (type === 'store_sql') stream.texts.set(request.sql_id ?? 0, request.sql ?? '')
  if (type === 'sequence') stream.db.exec(request.sql ?? '')
  if (type === 'close_sql') stream.texts.delete(request.sql_id ?? 0)
  return { type }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

export interface HranaServer {
  readonly url: string
  readonly requests: () => number
  /** The next answers, this many, are lost after the work was done, when `matches` says so of the request's text. */
  readonly loseAnswers: (count: number, matches: (body: string) => boolean) => void
  readonly lost: () => number
  readonly close: () => Promise<void>
}

export const startHrana = async (file: string, token: string): Promise<HranaServer> => {
  const streams = new Map<string, Stream>()
  const open = (): Stream => {
    const db = new DatabaseSync(file, { timeout: 1_000 })
    db.exec('PRAGMA journal_mode = WAL')
    return { db, texts: new Map() }
  }
  let count = 0
  let toLose = 0
  let lost = 0
  let isLost: ((body: string) => boolean) | null = null

  const pipeline = (body: string): unknown => {
    const { baton, requests } = JSON.parse(body) as { baton?: string; requests: readonly HranaRequest[] }
    const stream = (baton === undefined ? undefined : streams.get(baton)) ?? open()
    if (baton !== undefined) streams.delete(baton)
    const results = requests.map((request) => {
      try {
        return { type: 'ok', response: answer(stream, request) }
      } catch (error) {
        return { type: 'error', error: errorOf(error) }
      }
    })
    if (requests.some(({ type }) => type === 'close')) {
      stream.db.close()
      return { baton: null, base_url: null, results }
    }
    const next = randomUUID()
    streams.set(next, stream)
    return { baton: next, base_url: null, results }
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    count += 1
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401, { 'content-type': 'text/plain' }).end('no')
      return
    }
    if (request.url !== '/v2/pipeline') {
      response.writeHead(404).end()
      return
    }
    const text = JSON.stringify(pipeline(body))
    if (toLose > 0 && isLost?.(body) === true) {
      toLose -= 1
      lost += 1
      response.socket?.resetAndDestroy()
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => count,
    loseAnswers: (number, matches) => {
      toLose = number
      isLost = matches
    },
    lost: () => lost,
    close: async () => {
      for (const { db } of streams.values()) db.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
