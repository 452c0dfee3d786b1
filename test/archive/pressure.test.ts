// The queue in front of the writer: who is held back and when, how frames are gathered, how long they take.

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { packFrames, unpackFrames, type HandedFrame } from '../../src/archive/hand-over.ts'
import { Latency } from '../../src/archive/latency.ts'
import { Outbox } from '../../src/archive/outbox.ts'
import { Pressure } from '../../src/archive/pressure.ts'

const LIMITS = { totalHigh: 100, totalLow: 50, sessionHigh: 60, sessionLow: 20 }
const frame = (tap: number, size: number, fill = tap): HandedFrame => ({
  tap,
  kind: tap % 2 === 0 ? 'fetch' : 'push',
  at: 1_700_000_000_000 + tap,
  bytes: new Uint8Array(size).fill(fill),
})

describe('pressure', () => {
  it('holds one session at its own mark and lets it go below its low one', () => {
    const pressure = new Pressure(LIMITS)
    const held: string[] = []
    const a = pressure.open((hold) => void held.push(`a ${hold}`))
    const b = pressure.open((hold) => void held.push(`b ${hold}`))
    pressure.add(a, 59)
    pressure.add(b, 10)
    expect(held).toEqual([])
    pressure.add(a, 1)
    expect(held).toEqual(['a true'])
    pressure.add(a, -30)
    expect(held).toEqual(['a true'])
    pressure.add(a, -11)
    expect(held).toEqual(['a true', 'a false'])
  })

  it('holds every session when all together are too much, also those that come then', () => {
    const pressure = new Pressure(LIMITS)
    const held: string[] = []
    const gates = ['a', 'b', 'c'].map((name) => pressure.open((hold) => void held.push(`${name} ${hold}`)))
    for (const gate of gates) pressure.add(gate, 40)
    expect(held.toSorted()).toEqual(['a true', 'b true', 'c true'])
    const late: boolean[] = []
    pressure.open((hold) => void late.push(hold))
    expect(late).toEqual([true])
    for (const gate of gates) pressure.add(gate, -40)
    expect(held.slice(3).toSorted()).toEqual(['a false', 'b false', 'c false'])
    expect(late).toEqual([true, false])
    expect(pressure.bytes).toBe(0)
  })
})

describe('the outbox', () => {
  it('packs frames and unpacks the same ones, of any size, in order', () => {
    const frames = [frame(1, 5), frame(2, 0), frame(3, 70_000), frame(4, 1)]
    expect(unpackFrames(packFrames(frames))).toEqual(frames)
  })

  it('gathers frames for a moment, posts a full load at once, and never reorders', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const posts: number[][] = []
    const outbox = new Outbox((packed) => void posts.push(unpackFrames(packed).map(({ tap }) => tap)))
    outbox.add(frame(1, 10))
    outbox.add(frame(2, 10))
    expect(posts).toEqual([])
    vi.advanceTimersByTime(2)
    expect(posts).toEqual([[1, 2]])
    outbox.add(frame(3, 10))
    outbox.add(frame(4, 64 * 1024))
    expect(posts).toEqual([
      [1, 2],
      [3, 4],
    ])
    for (let n = 0; n < 256; n += 1) outbox.add(frame(5, 1))
    expect(posts[2]).toHaveLength(256)
    outbox.flush()
    expect(posts).toHaveLength(3)
    expect(outbox.gauge(7)).toMatchObject({ queuedBytes: 7, queuedFrames: 260 })
    outbox.landed(4)
    outbox.landed(256)
    expect(outbox.gauge(0)).toMatchObject({ queuedFrames: 0, oldestMs: 0 })
  })
})

describe('the latency of the last minute', () => {
  it('is within a tenth of what was measured, and forgets what is old', () => {
    const latency = new Latency()
    for (let ms = 1; ms <= 100; ms += 1) latency.add(ms, 10, 1_000)
    expect(latency.quantile(0.5, 1_000)).toBeGreaterThan(45)
    expect(latency.quantile(0.5, 1_000)).toBeLessThan(55)
    expect(latency.quantile(0.99, 1_000)).toBeGreaterThan(90)
    expect(latency.quantile(0.99, 40_000)).toBeGreaterThan(90)
    expect(latency.quantile(0.99, 200_000)).toBe(0)
  })
})
