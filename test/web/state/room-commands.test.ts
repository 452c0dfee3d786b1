// Which of several rooms a command of the console goes to.

import { describe, expect, it } from 'vitest'
import { startsAnyway, takersOf, type GroupCommand } from '../../../web/src/state/room-commands.ts'
import { recording, roomWith } from '../room.ts'

const all = [
  roomWith('idle', 'off'),
  roomWith('stopped', 'cooldown', { cooldownReason: 'manual_stop', allowed: ['start?force', 'change'] }),
  roomWith('on', 'live.receiving', { session: recording(1), allowed: ['stop', 'end-session', 'change'] }),
]
const takers = (name: GroupCommand): string[] => takersOf(all, name).map(({ handle }) => handle)

describe('a command to several rooms', () => {
  it('goes to those that would take it, and starts over somebody’s stop only when that is said', () => {
    expect(takers('start')).toEqual(['idle'])
    expect(takers('startAnyway')).toEqual(['stopped'])
    expect(takers('end-session')).toEqual(['on'])
    expect(takers('watch')).toEqual(['idle'])
    expect(takers('unwatch')).toEqual(['stopped', 'on'])
  })

  it('is not called one over a stop while it is not known what the room would take', () => {
    expect(all.map(startsAnyway)).toEqual([false, true, false])
    expect(startsAnyway(roomWith('changing', 'cooldown', { allowed: [] }))).toBe(false)
  })
})
