// The recorder's two halves without a database between them: what the main thread posts, the ingest takes.

import { describe, expect, it } from 'vitest'
import type { FromIngest, ToIngest } from '../../src/archive/hand-over.ts'
import { makeIngest } from '../../src/archive/ingest/ingest.ts'
import { LiveSessions } from '../../src/archive/live-sessions.ts'
import * as tiktok from '../../src/tiktok/decode.ts'
import { chats, head, newHeard, sessionOf } from '../_support/archive.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'
import { control } from '../_support/tiktok/messages.ts'

const halves = () => {
  const said: FromIngest[] = []
  const ingest = makeIngest(tiktok, (message) => {
    said.push(message as FromIngest)
    live.hear(message as FromIngest)
  })
  const live: LiveSessions = new LiveSessions({
    post: (message: ToIngest) => ingest.accept(message),
    monotonicMs: () => 0,
    paused: () => {},
    durable: () => {},
  })
  return { live, ingest, said }
}

describe('a connection that is lost while its session’s row is still being written', () => {
  it('has its frames recorded all the same, once the row is there, and heard of', () => {
    const { live, ingest, said } = halves()
    const session = sessionOf(1, 'slow', 1)
    const one = live.ensure(session)
    one.state = 'opening'
    const first = newHeard()
    const tap = live.tap(session, first.listener)
    tap.frame('push', buildFrame([...chats(2), control(head(), 3)]).bytes, 1)
    tap.close()
    const second = newHeard()
    live.tap(session, second.listener).frame('push', buildFrame(chats(1)).bytes, 2)

    live.opened(one, { type: 'session', no: 1, epoch: 1, restored: null })
    live.outbox.flush()
    expect(said.filter((message) => message.type === 'durable' && message.dropped > 0)).toEqual([])
    expect(first.controls).toEqual([{ action: 'ended', at: 1 }])
    expect(said.findLastIndex(({ type }) => type === 'untapped')).toBeGreaterThan(
      said.findIndex(({ type }) => type === 'control'),
    )
    const args = ingest.take()?.statements.flatMap((statement) => statement.args ?? [])
    expect(args?.filter((arg) => arg === 'push')).toHaveLength(2)
    expect(one.taps.size).toBe(1)
  })

  it('is forgotten when the session turns out to be another owner’s', () => {
    const { live, said } = halves()
    const one = live.ensure(sessionOf(1, 'stolen', 1))
    one.state = 'opening'
    const heard = newHeard()
    const tap = live.tap(one.session, heard.listener)
    tap.frame('push', buildFrame(chats(2)).bytes, 1)
    tap.close()
    live.fenced(one)
    expect(heard.fenced).toBe(1)
    expect(said).toEqual([{ type: 'untapped', tap: tap.id }])
    expect(one.taps.size).toBe(0)
    expect(live.gauge().queuedBytes).toBe(0)
  })
})
