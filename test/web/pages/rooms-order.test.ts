// The order of the list of rooms, and what people paste to add some.

import { describe, expect, it } from 'vitest'
import { ROOM_STATES } from '../../../web/src/api/types.ts'
import {
  arrange,
  countsOf,
  groupOf,
  GROUPS,
  isNearItsHour,
  type Asked,
} from '../../../web/src/pages/rooms/order.ts'
import { handleOf, readPasted, tokensCsv } from '../../../web/src/pages/rooms/pasted.ts'
import { recording, roomWith } from '../room.ts'

const NOON = Date.UTC(2026, 10, 22, 12, 20)
const asked = (more: Partial<Asked> = {}): Asked => ({
  text: '',
  shown: 'all',
  sort: 'attention',
  reversed: false,
  ...more,
})
const look = (answer: 'live' | 'offline' | 'unknown') =>
  ({ at: 0, answer, broadcastId: null, paused: false, sources: [] }) as const

const all = [
  roomWith('off', 'off'),
  roomWith('rest', 'cooldown'),
  roomWith('calm', 'watching'),
  roomWith('atnoon', 'watching', { habitualHoursUtc: [12, 20] }),
  roomWith('soon', 'watching', { habitualHoursUtc: [13] }),
  roomWith('late', 'watching', { habitualHoursUtc: [20] }),
  roomWith('unclear', 'watching', { lastLook: look('unknown') }),
  roomWith('stuck', 'archiving.waiting'),
  roomWith('broken', 'quarantined'),
  roomWith('older', 'live.receiving', { session: recording(5, { openedAt: 10, giftValue: 9 }) }),
  roomWith('newer', 'live.paused', { session: recording(90, { openedAt: 20, giftValue: 1 }) }),
]
const handles = (more: Partial<Asked>): string[] =>
  arrange(all, asked(more), NOON).flatMap(({ ids }) => ids.map((id) => id.slice(2)))

describe('the order of rooms', () => {
  it('puts live rooms first, then trouble, then those near their hour', () => {
    expect(arrange(all, asked(), NOON)).toEqual([
      { group: 'live', ids: ['r-newer', 'r-older'] },
      { group: 'trouble', ids: ['r-broken', 'r-stuck', 'r-unclear'] },
      { group: 'soon', ids: ['r-atnoon', 'r-soon'] },
      { group: 'watching', ids: ['r-calm', 'r-late'] },
      { group: 'resting', ids: ['r-rest'] },
      { group: 'off', ids: ['r-off'] },
    ])
  })

  it('has a place for every state', () => {
    const groups = ROOM_STATES.map((state) => groupOf(roomWith('any', state), NOON))
    expect(groups.every((group) => GROUPS.includes(group))).toBe(true)
    expect(groupOf(roomWith('any', 'connecting'), NOON)).toBe('live')
  })

  it('knows no hour for a room that is live at all hours, or at none', () => {
    const always = Array.from({ length: 24 }, (_, hour) => hour)
    expect(isNearItsHour(roomWith('any', 'watching', { habitualHoursUtc: always }), NOON)).toBe(false)
    expect(isNearItsHour(roomWith('any', 'watching'), NOON)).toBe(false)
  })

  it('takes midnight for the hour after eleven', () => {
    const room = roomWith('any', 'watching', { habitualHoursUtc: [0] })
    expect(isNearItsHour(room, Date.UTC(2026, 10, 22, 23, 5))).toBe(true)
  })

  it('orders by a figure with the largest first, the other way when asked, the handle deciding between equals', () => {
    expect(handles({ sort: 'viewers' }).slice(0, 2)).toEqual(['newer', 'older'])
    expect(handles({ sort: 'gifts' }).slice(0, 2)).toEqual(['older', 'newer'])
    expect(handles({ sort: 'viewers', reversed: true }).at(-1)).toBe('newer')
    expect(handles({ sort: 'handle' })).toEqual(all.map(({ handle }) => handle).toSorted())
    expect(handles({ sort: 'handle', reversed: true })).toEqual(handles({ sort: 'handle' }).toReversed())
  })

  it('finds by a part of the handle or the name, with or without @', () => {
    const named = [roomWith('abc', 'off', { displayName: 'Mira Sings' }), roomWith('def', 'off')]
    const ids = (text: string) => arrange(named, asked({ text }), NOON).flatMap((section) => section.ids)
    expect(ids('@AB')).toEqual(['r-abc'])
    expect(ids('sings')).toEqual(['r-abc'])
    expect(ids('nobody')).toEqual([])
  })

  it('counts for each filter what it shows', () => {
    const counts = countsOf(all, NOON)
    for (const shown of ['all', 'live', 'trouble', 'watching', 'resting', 'off'] as const) {
      expect(handles({ shown }).length, shown).toBe(counts[shown])
    }
  })
})

describe('a paste of handles', () => {
  it('is read whatever is between them, links too, each once', () => {
    const text = '@Ana, bo.b;\n https://www.tiktok.com/@cleo_1/live?x=1\tana  tiktok.com/@dee !!! x'
    expect(readPasted(text, (handle) => handle === 'bo.b')).toEqual({
      fresh: ['ana', 'cleo_1', 'dee'],
      known: ['bo.b'],
      wrong: ['!!!', 'x'],
    })
  })

  it('holds no handle that the server would refuse', () => {
    expect(['a', 'ends.', 'with-dash', 'x'.repeat(25), ''].map(handleOf)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
    expect(handleOf('@Mira.Sings')).toBe('mira.sings')
  })

  it('gives tokens as a table that no spreadsheet takes for formulas', () => {
    const csv = tokensCsv([
      { handle: 'ana', ownerToken: '=1+1' },
      { handle: 'bo', ownerToken: 'a"b' },
    ])
    expect(csv).toBe('handle,owner_token\r\n"ana","\'=1+1"\r\n"bo","a""b"\r\n')
  })
})
