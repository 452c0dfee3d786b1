import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EGRESS_FAILURE_CODES } from '../../src/domain/egress-failures.ts'
import { EGRESS_STATES } from '../../src/domain/egress.ts'
import { END_REASONS } from '../../src/domain/reasons.ts'
import { ROOM_STATES } from '../../src/domain/room.ts'
import { graphOf } from '../../src/http/machines-graph.ts'
import { Pictures } from '../../src/http/machines-pictures.ts'
import { svgOf } from '../../src/http/machines-svg.ts'
import { egressMachine } from '../../src/machines/egress.machine.ts'
import { outboundMachine } from '../../src/machines/outbound.machine.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'
import { lifecycle } from './lifecycle.ts'

const PAGE = join(import.meta.dirname, '../../docs/lifecycle.md')

describe('docs/lifecycle.md', () => {
  it('says what the machine says', async () => {
    await expect(lifecycle()).toMatchFileSnapshot(PAGE)
  })

  it.each(['room', 'outbound', 'egress'])('has the picture of the %s machine', async (name) => {
    const machine = [roomMachine, outboundMachine, egressMachine].find(({ id }) => id === name)
    const picture = await new Pictures().get(graphOf(machine ?? roomMachine), 'running', null)
    await expect(svgOf(picture)).toMatchFileSnapshot(join(PAGE, `../pictures/${name}.svg`))
  })

  it('names every state, every reason and every code', () => {
    const page = lifecycle()
    const words = [...ROOM_STATES, ...END_REASONS, ...EGRESS_STATES, ...EGRESS_FAILURE_CODES]
    expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([])
    expect(page).not.toContain('no meaning is written down')
  })
})
