// The feed of an open session against a scripted server, on a page that is looked at now and then.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LiveFeed } from '../../../web/src/pages/session/live-feed.ts'
import type { LiveEvent } from '../../../web/src/pages/session/shapes.ts'
import { events } from './events.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

class Server {
  /** Where each stream that was asked for resumes. */
  readonly resumed: (string | null)[] = []
  readonly #kept: LiveEvent[] = []
  fails = false
  #send: ((told: readonly LiveEvent[]) => void) | null = null

  /** Stores them, and tells them to who listens. */
  tell(told: readonly LiveEvent[]): void {
    this.#kept.push(...told)
    this.#send?.(told)
  }

  readonly fetch = (input: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input, 'http://here')
    return Promise.resolve(
      url.pathname.endsWith('/live') ? this.#stream(init) : this.#page(url.searchParams.get('before')),
    )
  }

  #page(before: string | null): Response {
    if (this.fails) return Response.json({ code: 'busy', title: 'Busy.' }, { status: 503 })
    const older = this.#kept.filter(({ id }) => before === null || Number(id) < Number(before))
    return Response.json({ items: older.slice(-200).toReversed(), next: null })
  }

  #stream({ headers, signal }: RequestInit): Response {
    const after = new Headers(headers).get('last-event-id')
    this.resumed.push(after)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (told: readonly LiveEvent[]): void =>
          controller.enqueue(
            bytes(told.map((one) => `id: ${one.id}\ndata: ${JSON.stringify(one)}\n\n`).join('')),
          )
        send(this.#kept.filter(({ id }) => Number(id) > Number(after)))
        this.#send = send
        signal?.addEventListener('abort', () => {
          if (this.#send === send) this.#send = null
          controller.error(new Error('aborted'))
        })
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

const page = Object.assign(new EventTarget(), { hidden: false })
const look = (isHidden: boolean): void => {
  page.hidden = isHidden
  page.dispatchEvent(new Event('visibilitychange'))
}

let server: Server
let live: LiveFeed
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.stubGlobal('document', page)
  server = new Server()
  vi.stubGlobal('fetch', server.fetch)
  page.hidden = false
  live = new LiveFeed('s1')
  server.tell(events(1, 250))
  await live.start()
})
afterEach(() => {
  live.stop()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const shown = () => live.feed.rows.map(({ id }) => Number(id) - 2 ** 26)
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
const opened = (count: number) => vi.waitFor(() => expect(server.resumed).toHaveLength(count))

/** Looks away until the stream rests, which it does with what comes then, and looks again. */
const lookAway = async (): Promise<void> => {
  look(true)
  vi.setSystemTime(Date.now() + 61_000)
  server.tell(events(251, 253))
  await vi.waitFor(() => expect(live.state.value).toBe('resting'))
  server.tell(events(254, 260))
  look(false)
}

it('keeps its place when it is paused and nobody looks for long, and goes on with all that came', async () => {
  await opened(1)
  live.pause(true)
  await lookAway()
  await opened(2)
  await vi.waitFor(() => expect(live.held.value).toBe(10))
  expect(shown()).toEqual(numbers(51, 250))
  live.pause(false)
  expect(shown()).toEqual(numbers(51, 260))
  expect(live.held.value).toBe(0)
})

it('begins anew with the last page when nobody looked for long and it is not paused', async () => {
  await opened(1)
  await lookAway()
  await vi.waitFor(() => expect(shown()).toEqual(numbers(61, 260)))
})

it('goes on by itself after the first page could not be had', async () => {
  live.stop()
  server.fails = true
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  live = new LiveFeed('s1')
  await live.start()
  expect(live.problem.value?.code).toBe('busy')
  server.fails = false
  await vi.advanceTimersByTimeAsync(3_000)
  await vi.waitFor(() => expect(shown()).toEqual(numbers(51, 250)))
  for (const [from, to] of [
    [251, 260],
    [261, 270],
  ] as const) {
    server.tell(events(from, to))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(shown()).toEqual(numbers(51, to))
  }
})

it('can be asked for earlier events again after that failed', async () => {
  await vi.waitFor(() => expect(live.state.value).toBe('open'))
  live.pause(true)
  server.fails = true
  await live.earlier()
  expect(live.problemEarlier.value?.code).toBe('busy')
  expect(live.problem.value).toBeNull()
  server.fails = false
  await live.earlier()
  expect(live.problemEarlier.value).toBeNull()
  expect(shown()).toEqual(numbers(1, 250))
})
