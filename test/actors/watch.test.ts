import * as Effect from 'effect/Effect'
import { describe, expect, it } from 'vitest'
import { withHour } from '../../src/actors/schedule.ts'
import { makeLooks } from '../../src/actors/watch.ts'
import type { Fact } from '../../src/domain/facts.ts'
import type { Answer, Look } from '../../src/tiktok/tiktok.ts'
import { randomOf, VirtualTime } from '../simulation/virtual-time.ts'

interface Asked {
  readonly at: number
  readonly handle: string
  readonly confirm: boolean
}

const world = (options: { readonly looksPerSecond?: number; readonly looksAtOnce?: number } = {}) => {
  const time = new VirtualTime()
  const random = randomOf(3)
  const fork = Effect.runForkWith(time.context(random))
  const asked: Asked[] = []
  const facts: Fact[] = []
  const answers = new Map<string, Answer>()
  const state = { underWay: 0, most: 0, lookMs: 20 }
  const lookOf = (handle: string): Look => {
    const answer = answers.get(handle) ?? 'offline'
    return {
      at: time.wall,
      answer,
      broadcastId: answer === 'live' ? `b-${handle}` : null,
      paused: false,
      sources: [],
      snapshot: null,
    }
  }
  const looks = makeLooks({
    tiktok: {
      look: (handle, { confirm }) =>
        Effect.suspend(() => {
          asked.push({ at: time.ms, handle, confirm })
          state.underWay += 1
          state.most = Math.max(state.most, state.underWay)
          return Effect.sleep(state.lookMs).pipe(
            Effect.map(() => lookOf(handle)),
            Effect.ensuring(
              Effect.sync(() => {
                state.underWay -= 1
              }),
            ),
          )
        }),
      connect: () => Effect.die('not here'),
    },
    fork,
    now: () => time.wall,
    monotonicMs: () => time.ms,
    random,
    tuning: { looksAtOnce: 16, looksPerSecond: 25, lookTimeoutMs: 20_000, staleLiveMs: 60_000, ...options },
    watchIntervalMs: () => 60_000,
    target: (roomId) => ({ handle: roomId, proxyUrl: null, broadcastId: null }),
    tell: (fact) => facts.push(fact),
  })
  const timesOf = (handle: string) => asked.filter((look) => look.handle === handle).map((look) => look.at)
  return { time, fork, looks, asked, facts, answers, state, timesOf }
}

describe('watching rooms', () => {
  it('looks at a new room at once and then every interval, spread a little', () => {
    const { time, fork, looks, timesOf } = world()
    fork(looks.watch('alice', false))
    time.advance(600_000)
    const times = timesOf('alice')
    expect(times[0]).toBe(0)
    expect(times.length).toBeGreaterThanOrEqual(9)
    expect(times.length).toBeLessThanOrEqual(12)
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(51_000)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(69_100)
  })

  it('finds a room that goes live, once, and looks no more', () => {
    const { time, fork, looks, answers, asked } = world()
    const watching = fork(looks.watch('alice', false))
    time.advance(100)
    answers.set('alice', 'live')
    time.advance(70_000)
    expect(watching.pollUnsafe()).toMatchObject({ value: { broadcastId: 'b-alice', paused: false } })
    const looked = asked.length
    time.advance(600_000)
    expect(asked.length).toBe(looked)
  })

  it('backs off 1, 2, 4 … 60 s while the answer is unknown', () => {
    const { time, fork, looks, answers, timesOf } = world()
    answers.set('alice', 'unknown')
    fork(looks.watch('alice', false))
    time.advance(300_000)
    const pauses = timesOf('alice')
      .slice(1)
      .map((at, index) => Math.round(((at - (timesOf('alice')[index] ?? 0)) / 1_000) * 10) / 10)
    for (const [index, expected] of [1, 2, 4, 8, 16, 32, 60].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(expected * 0.84)
      expect(pauses[index]).toBeLessThanOrEqual(expected * 1.17)
    }
  })

  it('looks rarely at a room far from its hours', () => {
    const { time, fork, looks, timesOf } = world()
    const sixHoursAgo = time.wall - 6 * 3_600_000
    looks.learn('cold', (habits) => withHour(habits, sixHoursAgo))
    looks.learn('warm', (habits) => withHour(habits, time.wall))
    fork(looks.watch('cold', false))
    fork(looks.watch('warm', false))
    time.advance(3_000_000)
    expect(timesOf('warm').length).toBeGreaterThan(40)
    expect(timesOf('cold').length).toBeGreaterThanOrEqual(8)
    expect(timesOf('cold').length).toBeLessThanOrEqual(13)
  })

  it('does not stampede: 5,000 rooms at boot go out at the rate of the gate, and every one of them is looked at', () => {
    const { time, fork, looks, asked, state } = world()
    for (let room = 0; room < 5_000; room += 1) fork(looks.watch(`room${room}`, false))
    time.advance(10_000)
    expect(asked.length).toBeLessThanOrEqual(25 * 10 + 25)
    expect(state.most).toBeLessThanOrEqual(16)
    time.advance(200_000)
    expect(new Set(asked.map(({ handle }) => handle)).size).toBe(5_000)
    // Nobody comes twice before everybody came once.
    expect(asked.length).toBeLessThan(5_400)
  })

  it('never has more looks under way than allowed, however long they take', () => {
    const { time, fork, looks, asked, state } = world({ looksAtOnce: 4 })
    state.lookMs = 5_000
    for (let room = 0; room < 50; room += 1) fork(looks.watch(`room${room}`, false))
    time.advance(20_000)
    expect(state.most).toBe(4)
    expect(asked.length).toBeGreaterThanOrEqual(16)
    expect(asked.length).toBeLessThanOrEqual(20)
  })

  it('looks at an urgent room before all that wait', () => {
    const { time, fork, looks, asked } = world({ looksPerSecond: 1, looksAtOnce: 1 })
    for (let room = 0; room < 100; room += 1) fork(looks.watch(`room${room}`, false))
    time.advance(5_000)
    fork(looks.watch('now', true))
    expect(looks.isUrgent('now')).toBe(true)
    time.advance(2_100)
    expect(asked.map(({ handle }) => handle).indexOf('now')).toBeLessThan(9)
    expect(looks.isUrgent('now')).toBe(false)
  })

  it('lets questions of rooms that record go first, but not for ever', () => {
    const { time, fork, looks, asked } = world({ looksPerSecond: 10 })
    for (let room = 0; room < 100; room += 1) fork(looks.watch(`idle${room}`, false))
    time.advance(1_000)
    const before = asked.length
    for (let room = 0; room < 100; room += 1) fork(looks.ask(`live${room}`, true))
    time.advance(4_000)
    const since = asked.slice(before)
    const questions = since.filter(({ handle }) => handle.startsWith('live'))
    expect(questions.every(({ confirm }) => confirm)).toBe(true)
    expect(questions.length / since.length).toBeGreaterThan(0.7)
    expect(questions.length / since.length).toBeLessThan(0.8)
  })

  it('tells of an answer only when it is another than before', () => {
    const { time, fork, looks, answers, facts } = world()
    fork(looks.watch('alice', false))
    time.advance(300_000)
    expect(facts).toEqual([])
    answers.set('alice', 'unknown')
    time.advance(300_000)
    answers.set('alice', 'offline')
    time.advance(300_000)
    expect(facts.map(({ body }) => `${String(body['before'])} → ${String(body['answer'])}`)).toEqual([
      'offline → unknown',
      'unknown → offline',
    ])
  })

  it('does not believe that a broadcast is live whose end was just heard', () => {
    const { time, fork, looks, answers } = world()
    answers.set('alice', 'live')
    looks.distrust('alice', 'b-alice')
    const watching = fork(looks.watch('alice', false))
    time.advance(59_000)
    expect(watching.pollUnsafe()).toBeUndefined()
    time.advance(120_000)
    expect(watching.pollUnsafe()).toBeDefined()
  })

  it('answers unknown when a look takes too long, and goes on', () => {
    const { time, fork, looks, state } = world()
    state.lookMs = 1_000_000
    const question = fork(looks.ask('alice', false))
    time.advance(20_000)
    expect(question.pollUnsafe()).toMatchObject({ value: { answer: 'unknown' } })
    state.lookMs = 10
    const next = fork(looks.ask('alice', false))
    time.advance(10)
    expect(next.pollUnsafe()).toMatchObject({ value: { answer: 'offline' } })
  })

  it('lets nothing out once it is stopped', () => {
    const { time, fork, looks, asked } = world()
    fork(looks.watch('alice', false))
    time.advance(1_000)
    looks.stop()
    const looked = asked.length
    fork(looks.watch('bob', true))
    time.advance(1_000_000)
    expect(asked.length).toBe(looked)
  })
})
