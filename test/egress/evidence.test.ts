import { describe, expect, it } from 'vitest'
import type { EgressView } from '../../src/domain/egress.ts'
import { accepted, type Belief, judge, type Memory, remember } from '../../src/egress/evidence.ts'
import type { Sighting } from '../../src/egress/sightings.ts'
import { stream, view } from './views.ts'

const LIMITS = {
  stableMs: 2_000,
  recoveryMs: 35_000,
  connectMs: 60_000,
  churnMs: 90_000,
  endingMs: 60_000,
  ghostMs: 10_000,
}
/** The wall clock at the monotonic zero. */
const EPOCH = 1_000_000

const seen = (part: Partial<EgressView>, leftAt: number | null = null): Sighting => ({
  egressId: 'EG_1',
  view: view(part),
  isGone: false,
  leftAt,
  seenAt: 0,
  seenBy: 'poll',
  version: 1,
})
const sending = (part: Parameters<typeof stream>[0] = {}) =>
  seen({ streams: [stream({ startedAt: EPOCH, ...part })] })

/** One egress that is looked at now and then, as the supervision does. */
class Watched {
  memory: Memory
  readonly isAdopted: boolean
  constructor(isAdopted = false, ms = 0) {
    this.memory = accepted(ms)
    this.isAdopted = isAdopted
  }

  at(ms: number, sighting: Sighting): Belief {
    const now = { ms, at: EPOCH + ms }
    this.memory = remember(this.memory, sighting, now, this.isAdopted)
    const belief = judge(this.memory, sighting, now, LIMITS)
    if (belief.phase === 'live') this.memory = { ...this.memory, wasLive: true }
    return belief
  }
}

const live = (): Watched => {
  const watched = new Watched()
  watched.at(0, sending())
  expect(watched.at(2_000, sending()).phase).toBe('live')
  return watched
}

describe('an egress that was accepted', () => {
  it('is not live when LiveKit says so, but after it has held for two seconds', () => {
    const watched = new Watched()
    expect(watched.at(0, seen({ status: 'starting' })).phase).toBe('connecting')
    expect(watched.at(100, seen({})).phase).toBe('connecting')
    expect(watched.at(200, sending())).toEqual({ phase: 'connecting', againMs: 2_000 })
    expect(watched.at(2_199, sending()).phase).toBe('connecting')
    expect(watched.at(2_200, sending()).phase).toBe('live')
  })

  it('is live at once when it is taken over and has been sending for long', () => {
    expect(new Watched(true, 60_000).at(60_000, sending()).phase).toBe('live')
    expect(new Watched(true, 500).at(500, sending())).toEqual({ phase: 'connecting', againMs: 1_500 })
  })

  it('L11: is stalled when it does not send for a minute', () => {
    for (const sighting of [
      seen({ status: 'starting' }),
      seen({}),
      seen({ status: 'unknown', streams: [] }),
    ]) {
      const watched = new Watched()
      expect(watched.at(0, sighting).againMs).toBeLessThanOrEqual(60_000)
      expect(watched.at(59_999, sighting).phase).toBe('connecting')
      expect(watched.at(60_000, sighting).phase).toBe('stalled')
    }
  })
})

describe('an egress on air', () => {
  it('L11: stays live for hours without a word of LiveKit, for a healthy stream has none', () => {
    const watched = live()
    for (let ms = 3_000; ms < 36_000_000; ms += 60_000) {
      expect(watched.at(ms, sending()).phase).toBe('live')
    }
  })

  it('is reconnecting from a retry until none has followed for 35 seconds', () => {
    const watched = live()
    const failing = sending({ retries: 1, lastRetryAt: EPOCH + 10_000 })
    expect(watched.at(10_000, failing)).toEqual({ phase: 'reconnecting', againMs: 35_000 })
    expect(watched.at(44_999, failing).phase).toBe('reconnecting')
    expect(watched.at(45_000, failing).phase).toBe('live')
  })

  it('L11: is stalled when LiveKit reports retries minute after minute', () => {
    const watched = live()
    const phases = [0, 1, 2, 3].map((minute) => {
      const ms = 10_000 + minute * 60_000
      return watched.at(ms, sending({ retries: 1 + 40 * minute, lastRetryAt: EPOCH + ms })).phase
    })
    expect(phases).toEqual(['reconnecting', 'reconnecting', 'stalled', 'stalled'])
  })

  it('is not stalled by retries with quiet between them', () => {
    const watched = live()
    for (let nth = 0; nth < 20; nth += 1) {
      const ms = 10_000 + nth * 70_000
      const failing = sending({ retries: 1 + nth, lastRetryAt: EPOCH + ms })
      expect(watched.at(ms, failing).phase).toBe('reconnecting')
      expect(watched.at(ms + 40_000, failing).phase).toBe('live')
    }
  })

  it('L08: is over for us when its stream has failed, whatever else it does', () => {
    const watched = live()
    const streams = [stream({ startedAt: EPOCH }), stream({ status: 'failed', error: 'gone' })]
    expect(watched.at(9_000, seen({ streams })).phase).toBe('stream_failed')
  })

  it('L11: is a ghost when its participant has left and LiveKit goes on saying that it runs', () => {
    const watched = live()
    const left = { ...sending(), leftAt: EPOCH + 5_000 }
    expect(watched.at(5_000, left)).toEqual({ phase: 'live', againMs: 10_000 })
    expect(watched.at(14_999, left).phase).toBe('live')
    expect(watched.at(15_000, left).phase).toBe('stalled')
  })

  it('is stalled when LiveKit calls it ending and it does not end', () => {
    const watched = live()
    const ending = seen({ status: 'ending', streams: [stream({ startedAt: EPOCH })] })
    expect(watched.at(5_000, ending)).toEqual({ phase: 'live', againMs: 60_000 })
    expect(watched.at(65_000, ending).phase).toBe('stalled')
  })
})
