import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeCrowd } from '../../../web/src/pages/machines/crowd.ts'

afterEach(() => vi.unstubAllGlobals())

const actor = (state: string) => ({
  id: 'r1',
  roomId: 'r1',
  handle: 'ana',
  platform: null,
  state,
  since: 10,
})
const listed = (state: string) => Response.json({ items: [actor(state)], next: null })

describe('the actors of a machine', () => {
  it('are those of the list that was asked for last, with what happened since, whichever comes first', async () => {
    const answers = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()] as const
    const waiting = answers.map(({ promise }) => promise)
    vi.stubGlobal('fetch', () => waiting.shift())
    const crowd = makeCrowd('room')
    const reads = [crowd.reload(), crowd.reload()]
    const moved = { machine: 'room', id: 'r1', roomId: 'r1', platform: null }
    crowd.hear({ ...moved, from: 'watching', to: 'connecting', at: 30 })
    answers[1].resolve(listed('watching'))
    await reads[1]
    expect(crowd.actors.value).toMatchObject([{ state: 'connecting', since: 30 }])
    // It still has one that is gone by now.
    const old = [actor('off'), { ...actor('off'), id: 'r0' }]
    answers[0].resolve(Response.json({ items: old, next: null }))
    await reads[0]
    expect(crowd.actors.value).toMatchObject([{ id: 'r1', state: 'connecting', since: 30 }])
    expect(crowd.problem.value).toBeNull()
  })

  it('are shown although an older list could not be had', async () => {
    const answers = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()] as const
    const waiting = answers.map(({ promise }) => promise)
    vi.stubGlobal('fetch', () => waiting.shift())
    const crowd = makeCrowd('room')
    const reads = [crowd.reload(), crowd.reload()]
    answers[1].resolve(listed('watching'))
    await reads[1]
    answers[0].resolve(Response.json({ code: 'busy', title: 'Busy.' }, { status: 503 }))
    await reads[0]
    expect(crowd.problem.value).toBeNull()
    expect(crowd.actors.value).toMatchObject([{ state: 'watching' }])
  })
})
