// The stream of the page: pieces of bytes, cuts, refusals and farewells, against a scripted server.

import { afterEach, describe, expect, it } from 'vitest'
import { EventMessages } from '../../../web/src/api/event-messages.ts'
import { heard } from '../../../web/src/api/fetch.ts'
import { ResumingStream, type StreamState } from '../../../web/src/state/resuming-stream.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const fact = (seq: number): string => `id: ${seq}\ndata: {"seq":${seq}}\n\n`

describe('messages of an event stream', () => {
  it('are the same whatever the pieces are they come in, letters of several bytes too', () => {
    const whole = bytes(
      ': hb\n\nid: 7\ndata: {"text":"日本 🎤"}\n\nevent: gap\r\nid: 9\r\ndata: {}\r\n\r\nid: 11\n\n',
    )
    const expected = [
      { event: '', data: '{"text":"日本 🎤"}', id: '7' },
      { event: 'gap', data: '{}', id: '9' },
      { event: '', data: '', id: '11' },
    ]
    for (const size of [1, 2, 3, 5, whole.length]) {
      const messages = new EventMessages()
      const got = []
      for (let at = 0; at < whole.length; at += size)
        got.push(...messages.push(whole.subarray(at, at + size)))
      expect(got, `pieces of ${size}`).toEqual(expected)
    }
  })

  it('join lines of data and leave out what is unfinished', () => {
    const messages = new EventMessages()
    expect(messages.push(bytes('data: a\ndata: b\n\ndata: half'))).toEqual([
      { event: '', data: 'a\nb', id: null },
    ])
    expect(messages.push(bytes('\n\n'))).toEqual([{ event: '', data: 'half', id: null }])
  })
})

type Turn = (signal: AbortSignal) => Response | Promise<Response>

/** A stream that says this and then ends, or stays open until it is aborted. */
const says = (text: string, { stays = false, headers = {} } = {}): Turn => {
  return (signal) =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(bytes(text))
          if (!stays) controller.close()
          signal.addEventListener('abort', () => {
            try {
              controller.error(new Error('aborted'))
            } catch {
              // It had ended before.
            }
          })
        },
      }),
      { headers: { 'content-type': 'text/event-stream', ...headers } },
    )
}
const refuses = (status: number, code: string, headers: Record<string, string> = {}): Turn => {
  return () => Response.json({ code, title: code }, { status, headers })
}
const breaks: Turn = () => Promise.reject(new TypeError('network'))

const streams: ResumingStream[] = []
const { unauthorized } = heard
afterEach(() => {
  heard.unauthorized = unauthorized
  for (const stream of streams.splice(0)) stream.close()
})

const follow = (turns: readonly Turn[], { after = null as string | null, silenceMs = 5_000 } = {}) => {
  const asked: (string | null)[] = []
  const got: unknown[] = []
  const news: string[] = []
  const states: StreamState[] = []
  const queue = [...turns]
  const stream = new ResumingStream({
    path: '/api/stream',
    after,
    limits: { silenceMs, firstPauseMs: 1, longestPauseMs: 4 },
    fetch: async (_url, init) => {
      asked.push(new Headers(init?.headers).get('last-event-id'))
      const turn = queue.shift() ?? says('', { stays: true })
      return turn(init?.signal ?? new AbortController().signal)
    },
    onMessage: ({ data }) => got.push((data as { seq: number }).seq),
    onNews: (name) => news.push(name),
    onState: (state) => states.push(state),
  })
  streams.push(stream)
  return { stream, asked, got, news, states }
}
const until = async (claim: () => boolean): Promise<void> => {
  while (!claim()) await new Promise((done) => setTimeout(done, 1))
}

describe('a stream that resumes', () => {
  it('asks for what comes after the last id it was given, and shows nothing twice', async () => {
    const it = follow([
      says(`event: ready\nid: 4\ndata: {"seq":"4"}\n\n${fact(5)}${fact(6)}`),
      breaks,
      // The server repeats one; a heartbeat says how far the stream has come without a fact of ours.
      says(`${fact(6)}${fact(7)}: hb\n\nid: 12\n\n`),
      says(fact(13), { stays: true }),
    ])
    await until(() => it.got.length === 4)
    expect(it.got).toEqual([5, 6, 7, 13])
    expect(it.asked).toEqual([null, '6', '6', '12'])
    expect(it.news).toEqual(['ready'])
    expect(it.states).toEqual(['open', 'lost', 'open', 'lost', 'open'])
  })

  it('begins after an id that is known already', async () => {
    const it = follow([says(fact(100), { stays: true })], { after: '99' })
    await until(() => it.got.length === 1)
    expect(it.asked).toEqual(['99'])
  })

  it('says that facts were missed, and goes on after them', async () => {
    const it = follow([
      says(fact(3)),
      says(`event: gap\nid: 40\ndata: {"from":4,"to":40}\n\n${fact(41)}`),
      says('', { stays: true }),
    ])
    await until(() => it.asked.length === 3)
    expect(it.news).toEqual(['gap'])
    expect(it.got).toEqual([3, 41])
    expect(it.asked).toEqual([null, '3', '41'])
  })

  it('follows a database that was restored, where numbers begin lower', async () => {
    const it = follow([
      says(fact(900)),
      says(`event: reset\nid: 20\ndata: {"seq":"20"}\n\n${fact(21)}`, { stays: true }),
    ])
    await until(() => it.got.length === 2)
    expect(it.news).toEqual(['reset'])
    expect(it.got).toEqual([900, 21])
    expect(it.stream.lastId).toBe('21')
  })

  it('takes a connection on which nothing comes, not even a sign of life, for a dead one', async () => {
    const it = follow([says(fact(1), { stays: true }), says(fact(2), { stays: true })], { silenceMs: 20 })
    await until(() => it.got.length === 2)
    expect(it.states.slice(0, 3)).toEqual(['open', 'lost', 'open'])
  })

  it('waits as long as the server says when it has no place', async () => {
    const it = follow([refuses(503, 'streams_full', { 'retry-after': '0' }), says(fact(1), { stays: true })])
    await until(() => it.got.length === 1)
    expect(it.states).toEqual(['lost', 'open'])
  })

  it('reconnects after a farewell, except when the sign-in or the session is over', async () => {
    const slow = follow([says('event: slow_consumer\ndata: {}\n\n'), says(fact(1), { stays: true })])
    await until(() => slow.got.length === 1)

    let told = 0
    heard.unauthorized = () => (told += 1)
    const expired = follow([says('event: auth_expired\ndata: {}\n\n')])
    await until(() => expired.states.includes('expired'))
    const refused = follow([refuses(401, 'unauthorized')])
    await until(() => refused.states.includes('expired'))
    expect(told).toBe(2)
    const archived = follow([says(`${fact(1)}event: archived\ndata: {}\n\n`)])
    await until(() => archived.states.includes('ended'))
    await new Promise((done) => setTimeout(done, 20))
    expect([expired.asked, refused.asked, archived.asked].map(({ length }) => length)).toEqual([1, 1, 1])
  })

  it('gives its connection back while nobody looks and resumes where it was', async () => {
    const it = follow([says(fact(5), { stays: true }), says(fact(6), { stays: true })])
    await until(() => it.got.length === 1)
    it.stream.rest()
    expect(it.stream.state).toBe('resting')
    await new Promise((done) => setTimeout(done, 20))
    expect(it.asked.length).toBe(1)
    it.stream.wake()
    await until(() => it.got.length === 2)
    expect(it.asked).toEqual([null, '5'])
  })

  it('tells nothing after it was closed', async () => {
    const it = follow([says(fact(1), { stays: true })])
    await until(() => it.got.length === 1)
    const before = it.states.length
    it.stream.close()
    await new Promise((done) => setTimeout(done, 20))
    expect(it.states.length).toBe(before)
    expect(it.asked.length).toBe(1)
  })
})
