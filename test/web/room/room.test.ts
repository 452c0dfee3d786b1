import { beforeEach, describe, expect, it } from 'vitest'
import { diagnosisOf, type Evidence } from '../../../src/actors/diagnosis.ts'
import { ROOM_STATES } from '../../../src/domain/room.ts'
import { diagnosisText, type Diagnosis } from '../../../web/src/pages/room/diagnosis-text.ts'
import { renameOf } from '../../../web/src/pages/room/rename-plan.ts'
import { withStretches } from '../../../web/src/pages/session/tape.ts'
import { language } from '../../../web/src/state/preferences.ts'

beforeEach(() => {
  language.value = 'en'
})

const evidence = (state: string): Evidence =>
  ({
    status: {
      state,
      monitor: true,
      lastLook: null,
      lastError: 'sign_failed',
      waiting: null,
      attempt: 2,
      cooldownReason: null,
    },
    nextLookAt: null,
    habitualHoursUtc: [],
    signBudget: { perMinute: 6, available: 0, waiting: 2, nextAt: null, keys: [] },
    restarts: 6,
    storageFailing: false,
    storageError: null,
    autoMonitorEnabled: true,
    now: 1,
  }) as unknown as Evidence

describe('a diagnosis', () => {
  it.each(ROOM_STATES)('of a room that is %s is said in Chinese too', (state) => {
    const found = diagnosisOf(evidence(state)) as unknown as Diagnosis
    expect(diagnosisText(found).sentence).toBe(found.sentence)
    language.value = 'zh'
    const { sentence, next } = diagnosisText(found)
    expect(sentence).toMatch(/\p{Script=Han}/u)
    expect(next).toMatch(/\p{Script=Han}/u)
  })

  it('keeps the words of the server for a code that is newer than the page', () => {
    language.value = 'zh'
    const found = {
      ...diagnosisOf(evidence('off')),
      code: 'eclipse',
      sentence: 'The moon.',
    } as unknown as Diagnosis
    expect(diagnosisText(found).sentence).toBe('The moon.')
  })
})

describe('a rename', () => {
  it('says what it would do before it is asked for', () => {
    const isRoom = (handle: string) => handle === 'bo'
    const plan = (text: string) => renameOf(text, 'ana', isRoom)
    expect(plan('  ')).toEqual({ what: 'nothing' })
    expect(plan('@')).toEqual({ what: 'no_handle' })
    expect(plan('@ANA')).toEqual({ what: 'same' })
    expect(plan('https://www.tiktok.com/@Bo/live')).toEqual({ what: 'taken', to: 'bo' })
    expect(plan('@New.Name')).toEqual({ what: 'rename', to: 'new.name' })
  })
})

describe('the tape of a room', () => {
  it('makes stretches of the facts that open and close them; an archive closes what is open', () => {
    const fact = (at: number, name: string, sessionId = 's1') =>
      ({ at, until: null, type: 'fact', name, sessionId, detail: null, body: { cause: 'zombie' } }) as const
    const found = withStretches([
      fact(9, 'session.archived'),
      fact(1, 'gap.opened'),
      fact(3, 'gap.closed'),
      fact(2, 'gap.closed', 's2'),
      fact(5, 'session.paused'),
    ]).filter(({ type }) => type !== 'fact')
    expect(found.map(({ type, at, until, name }) => [type, at, until, name])).toEqual([
      ['gap', 1, 3, 'zombie'],
      ['pause', 5, 9, 'pause'],
    ])
  })
})
