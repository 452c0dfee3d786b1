import { afterEach, describe, expect, it } from 'vitest'
import { EGRESS_FAILURE_CODES, EGRESS_FAILURES } from '../../../../src/domain/egress-failures.ts'
import type { PlatformLive } from '../../../../web/src/api/types.ts'
import { orderRooms } from '../../../../web/src/pages/live/order.ts'
import { chipSays, saysOf } from '../../../../web/src/pages/live/trouble.ts'
import { language } from '../../../../web/src/state/preferences.ts'
import { failureWords } from '../../../../web/src/words/egress-failures.ts'

afterEach(() => {
  language.value = 'en'
})

const NOW = 1_000_000
const view = (more: Partial<PlatformLive>) => ({
  state: 'backoff' as const,
  attempt: 3,
  attempts_max: 8,
  next_attempt_at: NOW + 6_000,
  error_code: 'destination_lost',
  error: 'as the server said',
  advice: 'what the server said',
  ...more,
})

describe('what a lane says', () => {
  it('is what is wrong, what happens next and when, and what a person can do', () => {
    expect(saysOf(view({}), NOW)).toEqual({
      trouble: 'The platform closed the connection.',
      next: 'Trying again in 6 s (4 of 8).',
      advice: 'Nothing needs to be done: it is tried again.',
      quiet: null,
    })
  })

  it('counts down to nothing and then says that it is tried', () => {
    expect(saysOf(view({ next_attempt_at: NOW }), NOW).next).toBe('Trying again now (4 of 8).')
    expect(saysOf(view({ attempt: 8 }), NOW).next).toContain('(8 of 8)')
  })

  it('names no number of attempts where it waits for as long as it is wanted', () => {
    const says = saysOf(view({ error_code: 'room_not_found' }), NOW)
    expect(says.next).toBe('Trying again in 6 s, for as long as it is wanted.')
    expect(chipSays(view({ error_code: 'room_not_found', next_attempt_at: null }), NOW)).toBe('attempt 3')
  })

  it('says when it was given up, and is quiet when nothing is wrong', () => {
    expect(saysOf(view({ state: 'failed', attempt: 3 }), NOW).next).toBe('Given up after 3 attempts.')
    expect(saysOf(view({ state: 'live' }), NOW)).toMatchObject({ trouble: null, quiet: expect.any(String) })
    expect(saysOf(null, NOW).quiet).toBe('Not sent out.')
  })

  it('has words in both languages for every code, the English those of the one table', () => {
    for (const code of EGRESS_FAILURE_CODES) {
      expect(failureWords(code, { error: null, advice: null })).toMatchObject({
        sentence: EGRESS_FAILURES[code].sentence,
        advice: EGRESS_FAILURES[code].advice,
      })
      language.value = 'zh'
      const { sentence, advice } = failureWords(code, { error: null, advice: null })
      expect(`${sentence}${advice}`, code).toMatch(/\p{Script=Han}/u)
      language.value = 'en'
    }
  })

  it('repeats the server where a code is newer than the page', () => {
    const says = saysOf(view({ error_code: 'of_tomorrow' }), NOW)
    expect([says.trouble, says.advice]).toEqual(['as the server said', 'what the server said'])
  })
})

describe('the rooms to choose from', () => {
  it('are those in trouble first, then on air, then the rest by name; a few letters find them', () => {
    const room = (handle: string, state = 'off') =>
      ({ id: `r-${handle}`, handle, displayName: null, state }) as never
    const live = (state: string) => ({ state, session_id: 'o1' }) as never
    const rooms = [room('a'), room('b'), room('c', 'live.receiving'), room('d'), room('e')]
    const lives = new Map([
      ['r-d', live('live')],
      ['r-e', live('degraded')],
    ])
    const handles = (text: string) => orderRooms(rooms, lives, text).map(({ handle }) => handle)
    expect(handles('')).toEqual(['e', 'd', 'c', 'a', 'b'])
    expect(handles('@E')).toEqual(['e'])
  })
})
