// The sign server: the answer to a connect, its refusals, and the count of requests a key has made.

import type { Creator } from './creator.ts'
import type { FaultOf, HttpFault } from './faults.ts'
import { buildFetch } from './frames.ts'
import { control } from './messages.ts'
import { json, type Answer } from './pages.ts'
import type { Asked } from './routes.ts'
import type { Truth } from './truth.ts'

export interface SignContext {
  readonly truth: Truth
  readonly cookie: string
  /** ws://host:port/path of the socket. */
  readonly pushServer: () => string
  /** Numbers of connect answers count downwards, sockets upwards. */
  readonly nextAnswer: () => number
}

const MINUTE = 60_000

export class SignLimits {
  readonly #perMinute: number | null
  readonly #times = new Map<string, number[]>()

  constructor(perMinute: number | null) {
    this.#perMinute = perMinute
  }

  #recent(key: string | null): number[] {
    const now = Date.now()
    const times = (this.#times.get(key ?? '') ?? []).filter((at) => now - at < MINUTE)
    this.#times.set(key ?? '', times)
    return times
  }

  /** Counts one request; the seconds to wait when the key has none left, else null. */
  spend(key: string | null): number | null {
    const times = this.#recent(key)
    if (this.#perMinute !== null && times.length >= this.#perMinute) {
      return Math.max(1, Math.ceil(((times[0] ?? Date.now()) + MINUTE - Date.now()) / 1_000))
    }
    times.push(Date.now())
    return null
  }

  answer(key: string | null): Answer {
    const used = this.#recent(key).length
    const window = (max: number, lasts: number) => ({
      max,
      remaining: Math.max(0, max - used),
      reset_at: new Date(Date.now() + lasts).toISOString(),
    })
    return json({
      code: 200,
      minute: window(this.#perMinute ?? 5, MINUTE),
      hour: window(30, 60 * MINUTE),
      day: window(100, 1_440 * MINUTE),
    })
  }
}

type RateLimited = Extract<FaultOf['sign'], { kind: 'rate_limited' }>

export const rateLimited = (fault: Omit<RateLimited, 'kind'>): Answer => {
  const form = fault.form ?? 'both'
  const reset = Math.floor(Date.now() / 1_000) + fault.retryAfterS
  const answer = json(
    {
      code: 429,
      message: fault.message ?? 'Too many connections were started with this key or address.',
      limit_label: 'minute',
      ...(form === 'header' ? {} : { retry_after: fault.retryAfterS, reset_at: reset }),
    },
    429,
  )
  const headers = { 'retry-after': String(fault.retryAfterS), 'x-ratelimit-reset': String(reset) }
  return form === 'body' ? answer : { ...answer, headers: { ...answer.headers, ...headers } }
}

/** What is answered when all is well, changed by those faults that keep the shape of the answer. */
export const signed = (
  context: SignContext,
  creator: Creator | null,
  roomId: string,
  asked: Asked,
  fault: HttpFault | null,
): Answer => {
  if (creator === null) return json({ code: 404, message: `Room ${roomId} is not known here.` }, 404)
  const cursor = asked.query.get('cursor') ?? ''
  const initial = creator.initial(cursor)
  if (fault?.kind === 'ended_inside') {
    initial.push({ message: control(creator.head(), 3), history: false })
  }
  for (const { message } of initial) context.truth.note(message, creator.handle, roomId)
  const connection = context.nextAnswer()
  const notes = initial.map(({ message, history }) =>
    context.truth.deliver([message], { connection, kind: 'fetch', history }),
  )
  const headers: Record<string, string> = {
    'content-type': 'application/x-protobuf',
    'x-request-id': `request-${-connection}`,
    'x-agent-id': 'stand-in',
    'x-room-id': fault?.kind === 'other_room' ? fault.roomId : roomId,
  }
  if (fault?.kind !== 'no_cookie') {
    headers['x-set-tt-cookie'] = `ttwid=${context.cookie}; Path=/; HttpOnly`
  }
  const pushServer =
    fault?.kind === 'foreign_host' ? fault.url : fault?.kind === 'no_push_server' ? '' : context.pushServer()
  return {
    status: 200,
    headers,
    body: buildFetch(initial, {
      cursor: fault?.kind === 'no_cursor' ? '' : creator.cursorAt(),
      internalExt: `fetch_time:${Date.now()}|start_time:0|fetch_id:${-connection}|flag:0|seq:1`,
      pushServer,
    }),
    onSent: () => {
      for (const note of notes) note()
    },
  }
}
