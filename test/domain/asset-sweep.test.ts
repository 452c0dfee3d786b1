// The rules of sweeps as a table and by property: missing is a conclusion from answers, never from silence.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ASSET_STATUSES } from '../../src/domain/asset.ts'
import {
  groundOf,
  isMass,
  isRipe,
  isSwept,
  SWEEP,
  verdictOn,
  verdictOnBytes,
  type Doubtful,
  type Look,
} from '../../src/domain/asset-sweep.ts'

const row = (more: Partial<Doubtful> = {}): Doubtful => ({
  id: 'a',
  key: 'a.vrm',
  owner: 'operator',
  version: 1,
  sizeBytes: 10,
  sha256: 'hash',
  etag: 'etag',
  status: 'ready',
  errorCode: null,
  doubtedAt: null,
  doubts: 0,
  ...more,
})
const there: Look = { said: 'there', sizeBytes: 10, etag: 'etag' }
const rows = {
  ready: row(),
  suspect: row({ status: 'suspect', errorCode: 'head_404', doubtedAt: 1, doubts: 1 }),
  missing: row({ status: 'missing', errorCode: 'head_404' }),
  altered: row({ status: 'failed', errorCode: 'altered' }),
} as const

describe('what a sweep makes of an answer', () => {
  const kinds = (look: Look): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(rows).map(([name, one]) => [name, verdictOn(one, look).kind]))

  it('is this, for every state and every answer', () => {
    expect(kinds(there)).toEqual({ ready: 'same', suspect: 'found', missing: 'found', altered: 'found' })
    expect(kinds({ said: 'not_found' })).toEqual({
      ready: 'suspect',
      suspect: 'suspect',
      missing: 'same',
      altered: 'suspect',
    })
    expect(kinds({ said: 'forbidden' })).toEqual(kinds({ said: 'not_found' }))
    for (const said of ['silent', 'misconfigured'] as const) {
      expect(new Set(Object.values(kinds({ said })))).toEqual(new Set(['unknown']))
    }
    expect(kinds({ ...there, sizeBytes: 11 })).toEqual({
      ready: 'altered',
      suspect: 'altered',
      missing: 'altered',
      altered: 'same',
    })
    expect(new Set(Object.values(kinds({ ...there, etag: 'other' })))).toEqual(new Set(['compare']))
    expect([verdictOnBytes(rows.ready, true).kind, verdictOnBytes(rows.ready, false).kind]).toEqual([
      'found',
      'altered',
    ])
    expect(verdictOnBytes(rows.altered, false).kind).toBe('same')
  })

  it('S29: a row is only ever ripe for missing after 404, or after 403 in two sweeps in a row', () => {
    const look = fc.constantFrom<Look>(
      there,
      { said: 'not_found' },
      { said: 'forbidden' },
      { said: 'misconfigured' },
      { said: 'silent' },
    )
    fc.assert(
      fc.property(fc.array(look, { maxLength: 12 }), (looks) => {
        let one = row()
        let streak = 0
        for (const [index, seen] of looks.entries()) {
          const verdict = verdictOn(one, seen)
          if (verdict.kind === 'suspect') {
            one = { ...one, status: 'suspect', errorCode: verdict.code, doubts: verdict.doubts, doubtedAt: 1 }
            streak += 1
          } else if (verdict.kind === 'found' || verdict.kind === 'same') {
            one = row()
            streak = 0
          }
          if (!isRipe(one)) continue
          const last = looks.slice(0, index + 1)
          expect(last.some(({ said }) => said === 'not_found' || said === 'forbidden')).toBe(true)
          expect(one.errorCode === 'head_404' || streak >= SWEEP.forbiddenSweeps).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('looks at what has content, and at no failed upload', () => {
    const swept = ASSET_STATUSES.filter((status) => isSwept({ status, errorCode: null }))
    expect(swept).toEqual(['ready', 'suspect', 'missing'])
    expect(isSwept({ status: 'failed', errorCode: 'altered' })).toBe(true)
    expect(isSwept({ status: 'failed', errorCode: 'client_aborted' })).toBe(false)
  })

  it('holds back many at once, and believes few', () => {
    expect(isMass(1, 1)).toBe(false)
    expect(isMass(19, 19)).toBe(false)
    expect(isMass(20, 20)).toBe(true)
    expect(isMass(50, 1_000)).toBe(false)
    expect(isMass(51, 1_000)).toBe(true)
  })

  it('believes a store only beside the sentinel that was placed there', () => {
    expect(groundOf(there, true)).toEqual({ trusted: true })
    expect(groundOf(there, false)).toMatchObject({ trusted: false, code: 'sentinel_altered' })
    for (const said of ['not_found', 'forbidden', 'misconfigured', 'silent'] as const) {
      expect(groundOf({ said }, true).trusted).toBe(false)
    }
  })
})
