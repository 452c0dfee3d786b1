// What a look means for a broadcast that is being recorded.

import * as Effect from 'effect/Effect'
import { describe, expect, it } from 'vitest'
import { heedLook } from '../../src/actors/presence.ts'
import type { Recording } from '../../src/actors/recording.ts'
import type { Resident } from '../../src/actors/resident.ts'
import { makeVotes } from '../../src/actors/votes.ts'
import type { World } from '../../src/actors/world.ts'
import type { Look } from '../../src/tiktok/tiktok.ts'

const LIVE: Look = { at: 9, answer: 'live', broadcastId: '7', paused: false, sources: [], snapshot: null }

const heed = async (look: Look, opened = true) => {
  const noted: unknown[] = []
  const sent: unknown[] = []
  const recorder = { notePause: (...said: readonly unknown[]) => void noted.push(said) }
  const world = { monotonicMs: () => 0, recorder } as unknown as World
  const resident = { send: (event: { type: string }) => void sent.push(event.type) } as unknown as Resident
  const recording = { opened, session: { no: 4, broadcastId: '7' } } as unknown as Recording
  await Effect.runPromise(heedLook(world, resident, recording, makeVotes(5_000), look))
  return { noted, sent }
}

describe('a look at a room that is recorded', () => {
  it('tells the machine and the session alike that it is paused, or is not', async () => {
    expect(await heed({ ...LIVE, paused: true })).toEqual({
      noted: [[4, true, 9]],
      sent: ['stream.paused'],
    })
    expect(await heed(LIVE)).toEqual({ noted: [[4, false, 9]], sent: ['stream.unpaused'] })
  })

  it('says nothing of a pause when it is unknown, or when no session is open', async () => {
    expect(await heed({ ...LIVE, answer: 'unknown' })).toEqual({ noted: [], sent: [] })
    expect(await heed(LIVE, false)).toEqual({ noted: [], sent: ['stream.unpaused'] })
  })
})
