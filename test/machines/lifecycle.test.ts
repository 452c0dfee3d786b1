import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { END_REASONS } from '../../src/domain/reasons.ts'
import { ROOM_STATES } from '../../src/domain/room.ts'
import { lifecycle } from './lifecycle.ts'

const PAGE = join(import.meta.dirname, '../../docs/lifecycle.md')

describe('docs/lifecycle.md', () => {
  it('says what the machine says', async () => {
    await expect(lifecycle()).toMatchFileSnapshot(PAGE)
  })

  it('names every state and every reason', () => {
    const page = lifecycle()
    expect([...ROOM_STATES, ...END_REASONS].filter((word) => !page.includes(`\`${word}\``))).toEqual([])
    expect(page).not.toContain('no meaning is written down')
  })
})
