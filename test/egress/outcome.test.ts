import { describe, expect, it } from 'vitest'
import type { EgressView } from '../../src/domain/egress.ts'
import { EGRESS_FAILURES, type EgressFailure } from '../../src/domain/egress-failures.ts'
import type { LiveKitError } from '../../src/egress/livekit.ts'
import { codeOfEnd, codeOfError, errorOfEnd } from '../../src/egress/outcome.ts'
import type { Sighting } from '../../src/egress/sightings.ts'
import { stream, view } from './views.ts'

const seen = (part: Partial<EgressView> | null, isGone = false): Sighting => ({
  egressId: 'EG_1',
  view: part === null ? null : view(part),
  isGone,
  leftAt: null,
  seenAt: 0,
  seenBy: 'poll',
  version: 1,
})

const dead = (error: string, startedAt: number | null = null) => [
  stream({ status: 'failed', error, startedAt }),
]

/** What LiveKit says, whether we had seen it live, and what that is called here. */
const ENDS: readonly (readonly [string, Partial<EgressView>, boolean, EgressFailure])[] = [
  [
    'stopped by somebody',
    { status: 'complete', details: 'End reason: StopEgress API' },
    true,
    'ended_elsewhere',
  ],
  ['the room closed', { status: 'complete', details: 'End reason: Source closed' }, true, 'source_closed'],
  [
    'a time limit, told as complete',
    { status: 'complete', details: 'End reason: Session limit reached' },
    true,
    'limit_reached',
  ],
  ['L10: a time limit', { status: 'limit_reached', errorCode: 413 }, true, 'limit_reached'],
  ['complete without a word', { status: 'complete' }, true, 'ended_elsewhere'],
  [
    'L09: never began',
    { status: 'aborted', errorCode: 412, error: 'Start signal not received' },
    false,
    'start_aborted',
  ],
  [
    'stopped before it began',
    {
      status: 'aborted',
      errorCode: 412,
      error: 'Stop called before pipeline could start',
      details: 'End reason: StopEgress API',
    },
    false,
    'start_aborted',
  ],
  [
    'L07: a rejected key',
    {
      status: 'failed',
      errorCode: 503,
      streams: dead("Failed to connect: 'publish' cmd failed: connection closed remotely", 900),
    },
    false,
    'destination_rejected',
  ],
  [
    'a refused connection',
    {
      status: 'failed',
      errorCode: 503,
      streams: dead('Connection refused: Could not connect to a.test: Connection refused'),
    },
    false,
    'destination_unreachable',
  ],
  [
    'a host without an address',
    { status: 'failed', errorCode: 503, streams: dead('Error resolving a.test') },
    false,
    'destination_unreachable',
  ],
  [
    'closed at once without a word',
    { status: 'failed', errorCode: 503, streams: dead('Connection error: connection closed remotely', 900) },
    false,
    'destination_rejected',
  ],
  [
    'lost while live',
    { status: 'failed', errorCode: 503, streams: dead('Connection error: connection closed remotely', 900) },
    true,
    'destination_lost',
  ],
  [
    'lost while live, and refused then',
    { status: 'failed', errorCode: 503, streams: dead('Connection refused', 900) },
    true,
    'destination_lost',
  ],
  [
    'lost after a while that nobody here saw',
    {
      status: 'failed',
      errorCode: 503,
      startedAt: 0,
      endedAt: 60_000,
      streams: dead('Connection refused', 900),
    },
    false,
    'destination_lost',
  ],
  [
    'no CPU',
    { status: 'failed', errorCode: 403, error: 'CPU exhausted', streams: [] },
    true,
    'cpu_exhausted',
  ],
  [
    'a wrong address',
    { status: 'failed', errorCode: 400, error: 'invalid url', streams: [] },
    false,
    'destination_invalid',
  ],
  [
    'no such room',
    { status: 'failed', errorCode: 404, error: 'requested room does not exist', streams: [] },
    false,
    'room_not_found',
  ],
  [
    'a pipeline that could not be built',
    { status: 'failed', errorCode: 500, error: 'pipeline', streams: [] },
    false,
    'egress_failed',
  ],
  ['failed without a word', { status: 'failed', streams: [] }, true, 'egress_failed'],
]

describe('what an end means', () => {
  for (const [name, part, wasLive, code] of ENDS) {
    it(`${name}: ${code}`, () => {
      expect(codeOfEnd(seen(part), wasLive)).toBe(code)
      expect(EGRESS_FAILURES[code].sentence).not.toBe('')
    })
  }

  it('is nothing while it has not ended, unless LiveKit does not know it any more', () => {
    for (const status of ['starting', 'active', 'ending', 'unknown'] as const) {
      expect(codeOfEnd(seen({ status }), true)).toBeNull()
      expect(codeOfEnd(seen({ status }, true), true)).toBe('egress_gone')
    }
    expect(codeOfEnd(seen(null), true)).toBeNull()
    expect(codeOfEnd(seen(null, true), true)).toBe('egress_gone')
  })

  it('is told with the words that are nearest to it, cut to a few lines', () => {
    expect(errorOfEnd(seen({ error: 'outer', streams: dead('inner') }))).toBe('inner')
    expect(errorOfEnd(seen({ details: 'End reason: Source closed' }))).toBe('End reason: Source closed')
    expect(errorOfEnd(seen({ error: 'x'.repeat(9_000) }))?.length).toBe(300)
    expect(errorOfEnd(seen(null))).toBeNull()
  })
})

describe('what a failed request means', () => {
  const CODES: Readonly<Record<LiveKitError['code'], EgressFailure>> = {
    unconfigured: 'livekit_unconfigured',
    unreachable: 'livekit_unreachable',
    timeout: 'livekit_unreachable',
    unauthorized: 'livekit_auth',
    not_found: 'room_not_found',
    room_not_found: 'room_not_found',
    invalid: 'destination_invalid',
    quota: 'quota_exceeded',
    no_response: 'livekit_unreachable',
    precondition: 'egress_failed',
    internal: 'livekit_unreachable',
    bad_answer: 'livekit_unreachable',
  }
  it('is one of our codes for each of LiveKit’s', () => {
    for (const [code, ours] of Object.entries(CODES)) {
      expect(codeOfError({ code: code as LiveKitError['code'] })).toBe(ours)
    }
  })
})
