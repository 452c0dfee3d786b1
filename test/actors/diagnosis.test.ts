import { describe, expect, it } from 'vitest'
import { diagnosisOf, type Evidence } from '../../src/actors/diagnosis.ts'
import type { RoomStatus } from '../../src/actors/rooms.ts'
import { ROOM_STATES } from '../../src/domain/room.ts'

const NOW = 1_800_000_000_000

const status: RoomStatus = {
  id: 'r1',
  handle: 'someone',
  displayName: null,
  monitor: true,
  state: 'watching',
  since: NOW,
  session: null,
  waiting: null,
  attempt: 1,
  lastLook: null,
  lastError: null,
  lastErrorAt: null,
  lastSessionId: null,
  cooldownReason: null,
  habitualHoursUtc: [],
  allowed: [],
}
const evidence: Evidence = {
  status,
  nextLookAt: NOW + 30_000,
  habitualHoursUtc: [],
  signBudget: { perMinute: 5, available: 0, waiting: 3, nextAt: NOW + 4_000, keys: [] },
  restarts: 6,
  storageFailing: false,
  storageError: null,
  autoMonitorEnabled: true,
  now: NOW,
}
const of = (change: Partial<RoomStatus>, more: Partial<Evidence> = {}) =>
  diagnosisOf({ ...evidence, ...more, status: { ...status, ...change } })

const looked = (answer: 'live' | 'offline' | 'unknown', error: string | null = null) =>
  of({
    lastLook: {
      at: NOW - 11_000,
      answer,
      broadcastId: null,
      paused: false,
      sources: [{ source: 'api', answer, status: null, error }],
      snapshot: null,
    },
  })

describe('the diagnosis', () => {
  it('has a sentence, and what comes next, in every state', () => {
    for (const state of ROOM_STATES) {
      const { sentence, next, code, recording } = of({ state })
      expect(sentence, state).toMatch(/^[A-Z].+\.$/)
      expect(next, state).toMatch(/^[A-Z].+\.$/)
      expect(recording, state).toBe(code === 'recording')
      expect(recording, state).toBe(state === 'live.receiving' || state === 'live.paused')
      expect(`${sentence} ${next}`, state).not.toMatch(/null|undefined|NaN/)
    }
  })

  it('advises by what the sources complained of, not always a proxy', () => {
    expect(looked('unknown', 'user_not_found').advice).toContain('nobody by this handle')
    expect(looked('unknown', 'network_ECONNREFUSED').advice).toContain('cannot be reached')
    expect(looked('unknown', 'timeout').advice).toContain('cannot be reached')
    expect(looked('unknown', 'blocked').advice).toContain('set a proxy')
    expect(looked('unknown', 'blocked').sentence).toContain('11 s ago (api: blocked)')
    expect(looked('offline').code).toBe('offline')
  })

  it('tells a full sign budget from a connection that fails, and a switch for all from one for the room', () => {
    const waiting = { for: 'sign_budget', untilAt: null } as const
    expect(of({ state: 'connecting', waiting })).toMatchObject({
      code: 'sign_limited',
      next: 'The next permit is due in 4 s.',
    })
    expect(of({ state: 'connecting', lastError: 'timeout' }).sentence).toContain('timeout')
    expect(of({ state: 'off' }, { autoMonitorEnabled: false }).code).toBe('monitor_disabled')
    expect(of({ state: 'off', monitor: false }, { autoMonitorEnabled: false }).code).toBe('off')
  })

  it('does not call it recording when events cannot be stored', () => {
    const found = of({ state: 'live.receiving' }, { storageFailing: true, storageError: 'disk is full' })
    expect(found).toMatchObject({ recording: false, code: 'storage_failing' })
    expect(found.sentence).toContain('disk is full')
  })
})
