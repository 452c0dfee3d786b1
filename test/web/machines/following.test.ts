// Following one actor: what is said when its stream ends, and what is asked for again, against a scripted server.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeFollowing } from '../../../web/src/pages/machines/following.ts'

const ENTRY = { seq: 1, count: 1, at: 5, event: 'room.start', from: 'off', to: 'watching', changes: [] }
const HISTORY = { actor: 'r1', machine: 'room', state: 'watching', context: {}, newest: 1, next: null }
const gone = (): Response => Response.json({ code: 'not_found', title: 'There is none.' }, { status: 404 })
const history = (): Response => Response.json({ ...HISTORY, items: [ENTRY] })
const stream = (text: string) => (): Response =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' } })

type Answer = () => Response
let stop = (): void => {}
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
})

/** An actor whose history and stream are answered so, one after the other; the last answer stays, and none is waited for. */
const followed = (histories: readonly Answer[], streams: readonly Answer[]) => {
  const asked = { history: 0, live: 0 }
  vi.stubGlobal('fetch', (path: string, { signal }: RequestInit) => {
    const what = path.endsWith('/live') ? 'live' : 'history'
    const answers = what === 'live' ? streams : histories
    const answer = answers[Math.min(asked[what], answers.length - 1)]
    asked[what] += 1
    if (answer !== undefined) return Promise.resolve().then(answer)
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('left'))))
  })
  const following = makeFollowing('r1', () => {})
  ;({ stop } = following)
  return { following, asked, status: () => following.problem.value?.status }
}

describe('an actor that is followed', () => {
  it('is said to be gone once its stream has ended and it is not found, and keeps its story', async () => {
    const { following, asked, status } = followed([history, gone], [stream('event: archived\ndata: {}\n\n')])
    await following.read()
    expect(status()).toBeUndefined()
    await expect.poll(status).toBe(404)
    expect(following.story.value).toHaveLength(1)
    expect(asked).toEqual({ history: 2, live: 1 })
  })

  it('is read once more when its stream is refused, and not for ever', async () => {
    const { following, asked, status } = followed([history], [gone])
    await following.read()
    await expect.poll(status).toBe(404)
    expect(asked).toEqual({ history: 2, live: 2 })
  })

  it('is asked for again after a first reading that failed, and left alone while it is followed', async () => {
    const broken = (): Response => Response.json({ code: 'busy' }, { status: 503 })
    const { following, asked, status } = followed([broken, history], [])
    await following.read()
    expect([status(), asked.history]).toEqual([503, 1])
    following.readIfLost()
    await expect.poll(() => following.story.value.length).toBe(1)
    expect(status()).toBeUndefined()
    following.readIfLost()
    expect(asked).toEqual({ history: 2, live: 1 })
  })
})
