// Requests to the API of this origin: JSON in and out, the cookie as identity, problems as `ApiProblem`. A change
// carries an Idempotency-Key, so that it can be sent again when its answer was lost.

import { ApiProblem, problemIn } from './problem.ts'

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Asking {
  readonly query?: Query | undefined
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** What others want to know of every answer. */
export const heard = {
  /** The identity is no longer good. */
  unauthorized: (): void => {},
  /** The server's clock, as its Date header says, and when the request left and its answer came. */
  date: (_serverMs: number, _sentMs: number, _cameMs: number): void => {},
  /** Whether the server was reached. */
  reached: (_isReached: boolean): void => {},
}

/** How often a change whose answer was lost is sent again. */
const AGAIN = 2
const AGAIN_MS = 400

export const urlOf = (path: string, query: Query = {}): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  if (given.length === 0) return path
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`
}

/** 128 random bits; `crypto.randomUUID` is not there on plain http. */
export const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

const send = async (url: string, init: RequestInit): Promise<Response> => {
  const sentMs = Date.now()
  const response = await fetch(url, init).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error
    heard.reached(false)
    throw new ApiProblem(0, { code: 'offline', title: 'The server cannot be reached.' })
  })
  heard.reached(true)
  const date = response.headers.get('date')
  if (date !== null) heard.date(Date.parse(date), sentMs, Date.now())
  return response
}

/** The answer as it is, when it is a success. */
export const request = async (
  method: string,
  path: string,
  { query, signal, headers }: Asking = {},
  body?: BodyInit,
): Promise<Response> => {
  const response = await send(urlOf(path, query), {
    method,
    headers: { accept: 'application/json', ...headers },
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  })
  if (response.ok) return response
  const problem = await problemIn(response)
  if (problem.status === 401 && path !== '/api/login') heard.unauthorized()
  throw problem
}

const read = async <T>(response: Response): Promise<T> => {
  if (response.status === 204 || response.headers.get('content-length') === '0') return undefined as T
  return (await response.json().catch(() => {
    throw new ApiProblem(response.status, { code: 'unreadable', title: 'The answer is not JSON.' })
  })) as T
}

const get = async <T>(path: string, asking: Asking = {}): Promise<T> =>
  read<T>(await request('GET', path, asking))

const change =
  (method: string) =>
  async <T = undefined>(path: string, body?: unknown, asking: Asking = {}): Promise<T> => {
    const headers = {
      ...(method === 'POST' && { 'idempotency-key': randomKey() }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...asking.headers,
    }
    const text = body === undefined ? undefined : JSON.stringify(body)
    for (let tries = 0; ; tries += 1) {
      try {
        return await read<T>(await request(method, path, { ...asking, headers }, text))
      } catch (error) {
        const lost = error instanceof ApiProblem && error.offline
        if (!lost || tries >= AGAIN || asking.signal?.aborted === true) throw error
        await pause(AGAIN_MS * 2 ** tries)
      }
    }
  }

/** Every page of a list that has `items` and `next`, up to `limit` items. */
const all = async <T>(path: string, asking: Asking = {}, limit = 10_000): Promise<T[]> => {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: { readonly items: readonly T[]; readonly next: string | null } = await get(path, {
      ...asking,
      query: { limit: 500, ...asking.query, cursor },
    })
    items.push(...page.items)
    cursor = page.next
  } while (cursor !== null && items.length < limit)
  return items
}

export const api = {
  get,
  all,
  post: change('POST'),
  put: change('PUT'),
  patch: change('PATCH'),
  delete: change('DELETE'),
}
