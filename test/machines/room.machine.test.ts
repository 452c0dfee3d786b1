import { describe, expect, it } from 'vitest'
import { ROOM_STATES } from '../../src/domain/room.ts'
import { eventsIn } from '../../src/machines/room-graph.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'
import { answer, EVENTS, PLACES } from './room-cases.ts'

// A state: it leads there. `=`: it stays and remembers something, or begins anew. `·`: nobody listens.
const TABLE = `
                       | off      | watching   | connecting | connecting, open  | live.receiving    | live.paused       | live.reconnecting | draining          | archiving.writing | archiving.waiting | cooldown | quarantined
room.start             | watching | =          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | watching | ·
room.stop              | ·        | cooldown   | cooldown   | draining          | draining          | draining          | draining          | =                 | =                 | =                 | =        | ·
room.end_session       | ·        | ·          | ·          | draining          | draining          | draining          | draining          | =                 | =                 | =                 | ·        | ·
room.enable            | watching | ·          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·        | ·
room.disable           | ·        | off        | off        | draining          | draining          | draining          | draining          | =                 | =                 | =                 | off      | =
room.release           | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·        | watching
room.retry_archive     | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | archiving.writing | ·        | ·
settings.changed       | =        | =          | =          | =                 | =                 | =                 | =                 | =                 | =                 | =                 | =        | =
link.attempting        | ·        | ·          | =          | =                 | =                 | =                 | =                 | ·                 | ·                 | ·                 | ·        | ·
link.opened            | ·        | ·          | =          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·        | ·
link.connected         | ·        | ·          | ·          | live.receiving    | ·                 | ·                 | live.receiving    | ·                 | ·                 | ·                 | ·        | ·
link.refused           | ·        | ·          | =          | live.reconnecting | ·                 | ·                 | =                 | ·                 | ·                 | ·                 | ·        | ·
link.lost              | ·        | ·          | ·          | ·                 | live.reconnecting | live.reconnecting | ·                 | ·                 | ·                 | ·                 | ·        | ·
link.offline           | ·        | ·          | watching   | draining          | draining          | draining          | draining          | =                 | =                 | =                 | ·        | ·
link.given_up          | ·        | ·          | watching   | draining          | draining          | draining          | draining          | =                 | =                 | =                 | ·        | ·
link.broadcast_changed | ·        | ·          | watching   | draining          | draining          | draining          | draining          | =                 | =                 | =                 | ·        | ·
stream.paused          | ·        | ·          | =          | =                 | live.paused       | ·                 | =                 | ·                 | ·                 | ·                 | ·        | ·
stream.unpaused        | ·        | ·          | ·          | ·                 | ·                 | live.receiving    | ·                 | ·                 | ·                 | ·                 | ·        | ·
stream.ended           | ·        | ·          | ·          | draining          | draining          | draining          | draining          | =                 | =                 | =                 | ·        | ·
stream.suspended       | ·        | ·          | ·          | draining          | draining          | draining          | draining          | =                 | =                 | =                 | ·        | ·
session.counted        | ·        | ·          | ·          | =                 | =                 | =                 | =                 | =                 | =                 | =                 | ·        | ·
found live             | ·        | connecting | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·        | ·
drained                | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | archiving.writing | ·                 | ·                 | ·        | ·
archived               | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | cooldown          | ·                 | ·        | ·
not archived           | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | archiving.waiting | ·                 | ·        | ·
after resumeWindow     | ·        | ·          | ·          | ·                 | ·                 | ·                 | draining          | ·                 | ·                 | ·                 | ·        | ·
after drainLimit       | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | archiving.writing | ·                 | ·                 | ·        | ·
after archiveRetry     | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | archiving.writing | ·        | ·
after cooldown         | ·        | ·          | ·          | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | ·                 | watching | ·
`

const read = (table: string): readonly (readonly string[])[] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))

describe('the room machine', () => {
  const [head = [], ...rows] = read(`x${TABLE.trimStart()}`)

  it('is told in the table in every place it can rest in', () => {
    const places = head.slice(1)
    expect(places).toEqual(Object.keys(PLACES))
    expect([...new Set(places.map((place) => place.replace(', open', '')))].toSorted()).toEqual(
      ROOM_STATES.toSorted(),
    )
  })

  it('is told in the table for every event it knows', () => {
    const known = new Set(ROOM_STATES.flatMap((state) => eventsIn(state)))
    const told = new Set(rows.map(([name = '']) => name))
    expect([...told]).toEqual(Object.keys(EVENTS))
    expect([...known].filter((event) => !told.has(event))).toEqual([])
    // What it hears from its own actors and timers has names of its own there.
    const own = roomMachine.events.filter((event) => event.startsWith('xstate.'))
    expect(own.length).toBe(Object.values(EVENTS).filter(({ type }) => type.startsWith('xstate.')).length - 1)
  })

  for (const [name = '', ...cells] of rows) {
    it(`answers ${name} as the table says, in every state`, () => {
      const event = EVENTS[name]
      if (event === undefined) throw new Error(`no such event: ${name}`)
      const answered = Object.values(PLACES).map((place) => answer(place, event))
      expect(answered).toEqual(cells)
    })
  }
})
