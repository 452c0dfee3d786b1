import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { answer, facts, roomkeeper, RoomkeeperProblem, type Room } from 'roomkeeper/client'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { OPERATOR, startHarness, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

describe('the client', () => {
  it('asks with types, takes an answer or throws the problem by its code', async () => {
    const { api } = roomkeeper(h.url, { token: OPERATOR })
    await answer(api.rooms.$post({ json: { handle: '@typed.room' } }))
    const room = await answer(api.rooms[':room'].$get({ param: { room: 'typed.room' } }))
    expectTypeOf(room).toEqualTypeOf<Room>()
    expect(room.handle).toBe('typed.room')
    const failing = answer(api.rooms[':room'].$get({ param: { room: 'nobody' } }))
    await expect(failing).rejects.toMatchObject({ code: 'room_unknown', status: 404 })
    await expect(failing).rejects.toBeInstanceOf(RoomkeeperProblem)
    const nobody = roomkeeper(h.url, { token: 'wrong' })
    await expect(answer(nobody.api.me.$get())).rejects.toMatchObject({ code: 'unauthorized' })
    const removed = await answer(api.rooms[':room'].$delete({ param: { room: 'typed.room' } }))
    expect(removed).toBe(null)
  })

  it('follows the facts from where it was told, and over a break', async () => {
    await h.addRoom('first.fact')
    const seen: number[] = []
    const abort = new AbortController()
    let broken = false
    for await (const fact of facts(h.url, { token: OPERATOR, after: 0, signal: abort.signal })) {
      seen.push(fact.seq)
      if (!broken) {
        broken = true
        h.listening.server.closeAllConnections()
        // The pool of this process may still hold a connection that was closed.
        await h.addRoom('second.fact').catch(() => h.addRoom('second.fact'))
      }
      if (fact.seq >= 3) break
    }
    expect(broken).toBe(true)
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    const refused = facts(h.url, { token: 'wrong' })[Symbol.asyncIterator]().next()
    await expect(refused).rejects.toMatchObject({ code: 'unauthorized' })
    abort.abort()
    expect((await facts(h.url, { signal: abort.signal })[Symbol.asyncIterator]().next()).done).toBe(true)
  })

  it('is shown by an example that runs', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    const args = ['examples/typed-client.ts', h.url, OPERATOR, '@example.room', '1']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
    expect(stdout).toMatch(/^@example\.room is watching; it waits for look\n.*room\.added/s)
  })
})
