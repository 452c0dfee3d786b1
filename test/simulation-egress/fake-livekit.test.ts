import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Redacted from 'effect/Redacted'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LiveKitError, StartEgress } from '../../src/egress/livekit.ts'
import { randomOf, VirtualTime } from '../simulation/virtual-time.ts'
import { FakeLiveKit } from './fake-livekit.ts'

// The stand-in behaves as LiveKit is known to behave; what is proven over it is worth what it is like.

const REQUEST: StartEgress = {
  roomName: 'stage',
  streamUrl: Redacted.make('rtmp://youtube.test/live/abcdefghi'),
  source: { type: 'room', layout: 'grid' },
  encoding: { width: 1, height: 1, framerate: 1, videoKbps: 1, audioKbps: 1, keyframeSeconds: 2 },
  webhookUrl: null,
}

let time: VirtualTime
let livekit: FakeLiveKit
beforeEach(() => {
  time = new VirtualTime()
  livekit = new FakeLiveKit(time, randomOf(1))
})
afterEach(() => livekit.wipe())

const outcome = <A>(effect: Effect.Effect<A, LiveKitError>, ms: number): string => {
  const fiber = Effect.runForkWith(time.context(() => 0.5))(effect)
  time.advance(ms)
  const exit = fiber.pollUnsafe()
  if (exit === undefined) return 'pending'
  return Exit.isSuccess(exit) ? 'ok' : (/simulated (\w+)/.exec(String(exit.cause))?.[1] ?? 'dead')
}
const service = () => livekit.service(1)
const start = (ms = 100) => outcome(service().start(REQUEST), ms)
const told = () =>
  livekit.webhooks.sent
    .filter(({ isPresent }) => isPresent === null)
    .map(({ event, view }) => `${event} ${view.status}`)

describe('the stand-in for LiveKit', () => {
  it('starts, connects, publishes and stops, and tells each step once', () => {
    expect(start()).toBe('ok')
    time.advance(1_000)
    const [job] = livekit.jobs
    expect(job?.isPublishing).toBe(true)
    expect(job?.info.streams[0]).toMatchObject({
      redactedUrl: 'rtmp://youtube.test/live/{abc...ghi}',
      status: 'active',
    })
    expect(outcome(service().stop('EG_1'), 1_000)).toBe('ok')
    expect(job?.isPublishing).toBe(false)
    expect(told()).toEqual([
      'egress_started starting',
      'egress_updated active',
      'egress_updated active',
      'egress_updated ending',
      'egress_ended complete',
    ])
    expect(outcome(service().stop('EG_1'), 100)).toBe('precondition')
    expect(outcome(service().stop('EG_9'), 100)).toBe('not_found')
  })

  it('fails fast when the platform refuses, and does not when it breaks later', () => {
    livekit.ingest('abcdefghi').mood = 'refuse'
    start()
    time.advance(1_000)
    expect(livekit.jobs[0]?.info).toMatchObject({ status: 'failed', errorCode: 503 })
    livekit.ingest('abcdefghi').mood = 'accept'
    start()
    time.advance(10_000)
    livekit.breakIngest('abcdefghi', 'refuse')
    time.advance(20_000)
    expect(livekit.jobs[1]?.info.status).toBe('active')
    expect(livekit.jobs[1]?.info.streams[0]?.retries).toBe(1)
    time.advance(15_000)
    expect(livekit.jobs[1]?.info.status).toBe('failed')
  })

  it('tells nothing of a reconnect that succeeds', () => {
    start()
    time.advance(10_000)
    livekit.breakIngest('abcdefghi', 'refuse')
    time.advance(3_000)
    livekit.ingest('abcdefghi').mood = 'accept'
    const before = told().length
    time.advance(10_000)
    expect(livekit.jobs[0]?.isPublishing).toBe(true)
    expect(told().length).toBe(before)
  })

  it('lists a ghost for ever and cannot stop it', () => {
    start()
    time.advance(1_000)
    livekit.jobs[0]?.die()
    time.advance(600_000)
    expect(livekit.jobs[0]).toMatchObject({ isOver: false, isPublishing: false })
    expect(livekit.jobs[0]?.info.status).toBe('active')
    expect(outcome(service().stop('EG_1'), 100)).toBe('no_response')
    // The room sees what LiveKit's egress service does not.
    expect(livekit.webhooks.sent.at(-1)).toMatchObject({ event: 'participant_left', isPresent: false })
  })

  it('carries out what was asked for though the answer is lost, late, or nobody waits any more', () => {
    livekit.nextStarts.push('lost_done', 'lost_undone', 'slow', 'late', 'hanging')
    expect([start(), livekit.jobs.length]).toEqual(['unreachable', 1])
    expect([start(), livekit.jobs.length]).toEqual(['unreachable', 1])
    expect([start(11_000), livekit.jobs.length]).toEqual(['timeout', 2])
    expect([start(11_000), livekit.jobs.length]).toEqual(['timeout', 2])
    time.advance(2_000)
    expect(livekit.jobs.length).toBe(3)
    expect([start(11_000), livekit.jobs.length]).toEqual(['timeout', 3])
  })

  it('goes on when the process that asked is killed', () => {
    const fiber = Effect.runForkWith(time.context(() => 0.5))(service().start(REQUEST))
    time.advance(5)
    time.forget()
    livekit.rearm()
    time.advance(1_000)
    expect(fiber.pollUnsafe()).toBeUndefined()
    expect(livekit.jobs[0]?.isPublishing).toBe(true)
  })
})
