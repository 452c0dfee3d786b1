// A client of the API. `roomkeeper` gives every operation with its types, by Hono's `hc`; `answer` takes what was
// answered or throws its problem; `facts` follows the status stream and comes back after every break.

import { hc } from 'hono/client'

/** What went wrong, as the server says it (RFC 9457). */
export class RoomkeeperProblem extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title)
    this.name = 'RoomkeeperProblem'
    this.code = problem.code
    this.status = problem.status
    this.problem = problem
  }
}

const headersOf = (token) => (token === undefined ? {} : { authorization: `Bearer ${token}` })

export const roomkeeper = (origin, { token, fetch: own } = {}) =>
  hc(origin, { headers: headersOf(token), ...(own !== undefined && { fetch: own }) })

const problemOf = async (response) => {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return { type: 'about:blank', title: text.slice(0, 200), status: response.status, code: 'internal' }
  }
}

export const answer = async (asked) => {
  const response = await asked
  if (!response.ok) throw new RoomkeeperProblem(await problemOf(response))
  if (response.status === 204) return null
  return /json/.test(response.headers.get('content-type') ?? '') ? response.json() : response.text()
}

/** Messages of a stream of server-sent events, as they come. */
async function* messages(body) {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    rest += chunk
    const parts = rest.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const message = { id: null, event: null, data: '' }
      for (const line of part.split('\n')) {
        const at = line.indexOf(':')
        if (at > 0) message[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, '')
      }
      yield message
    }
  }
}

const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done)
  })

const AGAIN_MS = 1000

/** The stream once more, or null when it cannot be had at the moment. A refusal is thrown. */
const open = async (url, headers, signal) => {
  const response = await fetch(url, { headers, signal }).catch(() => null)
  if (response === null || response.ok) return { response, waitMs: AGAIN_MS }
  const problem = await problemOf(response)
  if (response.status < 500) throw new RoomkeeperProblem(problem)
  return { response: null, waitMs: problem.retryAfterMs ?? AGAIN_MS }
}

export async function* facts(origin, { token, after, room, signal } = {}) {
  const isOver = () => signal?.aborted === true
  let last = after
  while (!isOver()) {
    const url = new URL('/api/stream', origin)
    if (last !== undefined) url.searchParams.set('after', String(last))
    if (room !== undefined) url.searchParams.set('room', room)
    const { response, waitMs } = await open(url, headersOf(token), signal)
    try {
      for await (const { id, event, data } of response === null ? [] : messages(response.body)) {
        if (id !== null) last = id
        if (event === null && data !== '') yield JSON.parse(data)
      }
    } catch (error) {
      // A connection that breaks is a TypeError of fetch; what came so far is known by its number.
      if (!isOver() && !(error instanceof TypeError)) throw error
    }
    if (!isOver()) await pause(waitMs, signal)
  }
}
