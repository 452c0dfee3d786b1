// What the palette makes of what is typed, and what the top line says is wrong: one thing, the worst.

import { describe, expect, it } from 'vitest'
import { entriesFor, keyOf, readTyped, standing, type Entry } from '../../../web/src/frame/palette-entries.ts'
import { match } from '../../../web/src/paths.ts'
import { worst, type Seen } from '../../../web/src/state/trouble.ts'
import { recording, roomWith } from '../room.ts'

const ana = roomWith('ana.sings', 'live.receiving', {
  session: recording(5),
  allowed: ['stop', 'end-session', 'change'],
})
const bo = roomWith('bo', 'off', { displayName: 'Bo Sings', lastSessionId: 's7' })
const known = {
  rooms: [bo, ana],
  places: [
    { kind: 'page', page: 'system', name: 'Go to System' },
    { kind: 'setting', setting: 'add', name: 'Add rooms' },
  ],
} as const
const said = (typed: string): string[] =>
  entriesFor(typed, known).map((entry: Entry) => {
    const what = entry.kind === 'command' ? entry.verb : entry.kind
    const of = 'room' in entry ? entry.room.handle : 'id' in entry ? entry.id : entry.name
    return `${what} ${of}`
  })

describe('what is typed', () => {
  it('is a command and whom it is for, in either language, however it is spaced', () => {
    expect(readTyped('stop @Ana')).toEqual({ verb: 'stop', rest: 'ana' })
    expect(readTyped('  STOP   ana ')).toEqual({ verb: 'stop', rest: 'ana' })
    expect(readTyped('/end session @ana')).toEqual({ verb: 'end-session', rest: 'ana' })
    expect(readTyped('go live ana')).toEqual({ verb: 'goLive', rest: 'ana' })
    expect(readTyped('停止@ana')).toEqual({ verb: 'stop', rest: 'ana' })
    expect(readTyped('停止推流 ana')).toEqual({ verb: 'offAir', rest: 'ana' })
    expect(readTyped('打开场次 s12')).toEqual({ verb: 'session', rest: 's12' })
  })

  it('is no command when it only begins like one', () => {
    expect(readTyped('stopwatch')).toEqual({ verb: null, rest: 'stopwatch' })
    expect(readTyped('@live.now')).toEqual({ verb: null, rest: 'live.now' })
    expect(readTyped('')).toEqual({ verb: null, rest: '' })
  })
})

describe('what the palette offers', () => {
  it('commands for rooms that would take them, and no others', () => {
    expect(said('stop')).toEqual(['stop ana.sings'])
    expect(said('start')).toEqual(['start bo'])
    expect(said('stop bo')).toEqual([])
    expect(said('end session ana')).toEqual(['end-session ana.sings'])
    expect(said('go live bo')).toEqual(['goLive bo'])
  })

  it('for a name the room and everything it would take now, live rooms before others', () => {
    expect(said('sings')).toEqual([
      'open ana.sings',
      'stop ana.sings',
      'end-session ana.sings',
      'lanes ana.sings',
      'open bo',
      'start bo',
      'lanes bo',
      'lastSession bo',
    ])
  })

  it('a session by its number, and pages and settings by a part of their names', () => {
    expect(said('open session s12')).toEqual(['session s12'])
    expect(said('session 12')).toEqual(['session s12'])
    expect(said('s12')).toEqual(['session s12'])
    expect(said('syst')).toEqual(['page Go to System'])
    expect(said('')).toEqual(['page Go to System', 'setting Add rooms', 'open ana.sings', 'open bo'])
  })
})

describe('what the palette shows while rooms go on', () => {
  const cy = roomWith('cy', 'live.receiving', { session: recording(1), allowed: ['stop'] })
  const stops = (...rooms: (typeof ana)[]): readonly Entry[] => entriesFor('stop', { rooms, places: [] })
  const keys = (entries: readonly Entry[]): string[] => entries.map(keyOf)

  it('stands: nothing goes from under a key, and what is new follows at the end', () => {
    const shown = stops(ana, cy)
    expect(keys(shown)).toEqual(['stop r-ana.sings', 'stop r-cy'])
    expect(standing([], shown)).toEqual(shown)
    // The first room rests now, and another one is live that would stand first.
    const found = stops({ ...ana, allowed: [] }, cy, { ...cy, id: 'r-al', handle: 'al' })
    expect(keys(found)).toEqual(['stop r-al', 'stop r-cy'])
    expect(keys(standing(shown, found))).toEqual(['stop r-ana.sings', 'stop r-cy', 'stop r-al'])
  })

  it('tells a start over somebody’s stop from one that is none', () => {
    const stopped = { ...bo, allowed: ['start?force'] }
    const [entry] = entriesFor('start anyway @bo', { rooms: [stopped], places: [] })
    expect(entry === undefined ? null : keyOf(entry)).toBe('startAnyway r-bo')
    // It was shown as a start when somebody stopped the room: it does not become one over the stop.
    const shown = entriesFor('start bo', { rooms: [bo], places: [] })
    const now = standing(shown, entriesFor('start bo', { rooms: [stopped], places: [] }))
    expect(keys(now)).toEqual(['start r-bo', 'startAnyway r-bo'])
    expect(now[0]).toEqual(shown[0])
  })
})

describe('the one thing that is wrong', () => {
  const calm: Seen = {
    connection: 'open',
    lostAt: null,
    now: 100_000,
    unready: [],
    rooms: [ana, bo],
    live: [],
  }
  it('is nothing when all is well, also in the moment a stream needs to come back', () => {
    expect(worst(calm)).toBeNull()
    expect(worst({ ...calm, connection: 'lost', lostAt: 99_000 })).toBeNull()
    expect(worst({ ...calm, connection: 'resting' })).toBeNull()
    const blink = roomWith('blink', 'live.reconnecting', { since: 95_000 })
    expect(worst({ ...calm, rooms: [blink] })).toBeNull()
  })

  it('is the worst of several', () => {
    const rooms = [
      roomWith('away', 'live.reconnecting', { since: 1_000 }),
      roomWith('poor', 'connecting', { waiting: { for: 'sign_budget', untilAt: 110_000 } }),
      roomWith('stuck', 'archiving.waiting'),
      roomWith('broken', 'quarantined'),
    ]
    const kinds: (string | undefined)[] = []
    for (let count = rooms.length; count > 0; count -= 1)
      kinds.push(worst({ ...calm, rooms: rooms.slice(0, count) })?.kind)
    expect(kinds).toEqual(['quarantined', 'archive_failing', 'sign_limited', 'reconnecting'])
    expect(worst({ ...calm, rooms, unready: ['storage_failing'] })).toEqual({
      kind: 'not_ready',
      reason: 'storage_failing',
    })
    expect(worst({ ...calm, rooms, unready: ['x'], connection: 'lost', lostAt: 1 })?.kind).toBe('lost')
  })
})

describe('paths', () => {
  it('lead to pages with what they are of', () => {
    expect(match('/', '').page).toBe('rooms')
    expect(match('/rooms/ana.sings', '?tab=facts')).toMatchObject({
      page: 'room',
      params: { room: 'ana.sings' },
    })
    expect(match('/rooms/', '').page).toBe('rooms')
    expect(match('/machines/egress%20a', '').params).toEqual({ actor: 'egress a' })
    expect(match('/nowhere', '').page).toBe('unknown')
    expect(match('/rooms/%E0%A4%A', '').page).toBe('unknown')
    expect(match('/rooms/a/b', '').page).toBe('unknown')
  })
})
