import { describe, expect, it } from 'vitest'
import { END_REASONS } from '../../../src/domain/reasons.ts'
import {
  askedOf,
  filterIn,
  isFiltering,
  NO_FILTER,
  queryOf,
  REASON_GROUPS,
  sessionIdIn,
} from '../../../web/src/pages/sessions/filter.ts'

const back = (query: Readonly<Record<string, string | null>>) =>
  new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== null))

describe('which sessions are asked for', () => {
  it('stands in the address and is read from it again', () => {
    const filter = {
      text: '@ana',
      state: 'archived',
      reason: 'trouble',
      from: '2026-11-01',
      to: '2026-11-22',
      merged: true,
    } as const
    expect(filterIn(back(queryOf(filter)))).toEqual(filter)
    expect(filterIn(new URLSearchParams('state=never&from=soon'))).toEqual(NO_FILTER)
    expect([isFiltering(NO_FILTER), isFiltering(filter)]).toEqual([false, true])
  })

  it('is a room by handle or link, or a broadcast by its number', () => {
    const asked = (text: string) => {
      const { room, broadcastId } = askedOf({ ...NO_FILTER, text })
      return [room, broadcastId]
    }
    expect(asked(' @Ana.sings ')).toEqual(['Ana.sings', undefined])
    expect(asked('https://www.tiktok.com/@ana/live')).toEqual(['ana', undefined])
    expect(asked('7710878513744372555')).toEqual([undefined, '7710878513744372555'])
    expect(asked('')).toEqual([undefined, undefined])
    expect([sessionIdIn(' s12 '), sessionIdIn('s0'), sessionIdIn('sam')]).toEqual(['s12', null, null])
  })

  it('takes whole days of the viewer, both of them', () => {
    const { from, to } = askedOf({ ...NO_FILTER, from: '2026-11-22', to: '2026-11-22' })
    expect(from).toBe(new Date(2026, 10, 22).getTime())
    expect(to).toBe(new Date(2026, 10, 23).getTime())
  })

  it('has every reason in exactly one group', () => {
    expect(Object.values(REASON_GROUPS).flat().toSorted()).toEqual([...END_REASONS].toSorted())
    expect(askedOf({ ...NO_FILTER, reason: 'wanted' })['reason']).toBe(REASON_GROUPS.wanted.join(','))
    expect(askedOf({ ...NO_FILTER, reason: 'shutdown' })['reason']).toBe('shutdown')
  })
})
