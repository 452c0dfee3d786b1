// Whose socket it is: a recording has one connection, and finishes each that it does not keep.

import * as Effect from 'effect/Effect'
import { describe, expect, it } from 'vitest'
import { makeClosed, makeRecording, tellClosed } from '../../src/actors/recording.ts'
import type { World } from '../../src/actors/world.ts'
import type { OpenSession } from '../../src/domain/session.ts'
import type { Connection } from '../../src/tiktok/tiktok.ts'

const world = { monotonicMs: () => 0, fork: Effect.runFork } as unknown as World

const newConnection = (finished: string[], name: string): Connection => ({
  broadcastId: '7000',
  ack: () => {},
  hold: () => {},
  lastFrameAt: () => 0,
  finish: () => Effect.sync(() => void finished.push(name)),
})

const recordingOf = () => makeRecording(world, { lastAt: 0 } as OpenSession, true, () => {})

describe('the connection of a recording', () => {
  it('is finished when another one takes its place, which stays', () => {
    const finished: string[] = []
    const recording = recordingOf()
    recording.keep(newConnection(finished, 'first'), makeClosed())
    const closed = makeClosed()
    const second = newConnection(finished, 'second')
    recording.keep(second, closed)
    expect(finished).toEqual(['first'])
    expect(recording.connection).toBe(second)
    expect(recording.isClosed).toBe(false)
    tellClosed(closed, { code: 1000, reason: '' })
    expect(recording.isClosed).toBe(true)
  })

  it('is finished, each once, when the session ends meanwhile', () => {
    const finished: string[] = []
    const recording = recordingOf()
    recording.keep(newConnection(finished, 'first'), makeClosed())
    recording.end()
    recording.keep(newConnection(finished, 'second'), makeClosed())
    expect(finished).toEqual(['first', 'second'])
    expect(recording.connection).toBeNull()
  })
})
