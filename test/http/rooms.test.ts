import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHarness, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

interface Page {
  readonly items: readonly { readonly handle: string; readonly state: string }[]
  readonly next: string | null
}

const list = async (query: string): Promise<Page> =>
  (await h.ask('GET', `/api/rooms${query}`)).json as unknown as Page

describe('adding rooms', () => {
  it('takes a handle, @handle, or a link, and answers the room with its token, which is shown this once', async () => {
    const pasted = ['@First.Room', 'second.room', 'https://www.tiktok.com/@third.room/live?lang=en']
    for (const handle of pasted) {
      const { status, json } = await h.ask('POST', '/api/rooms', { body: { handle, displayName: 'A name' } })
      expect(status).toBe(201)
      expect(json).toMatchObject({ displayName: 'A name', state: 'watching' })
      expect(String(json['ownerToken'])).toMatch(/^rk_ow_/)
      expect((await h.ask('GET', `/api/rooms/${String(json['id'])}`)).json).not.toHaveProperty('ownerToken')
    }
    for (const name of ['first.room', '@FIRST.room', 'third.room']) {
      expect((await h.ask('GET', `/api/rooms/${name}`)).status).toBe(200)
    }
  })

  it('refuses what has no handle in it, and a handle that is a room already', async () => {
    const none = await h.ask('POST', '/api/rooms', { body: { handle: 'not a handle!' } })
    expect([none.status, none.json['code'], none.json['field']]).toEqual([422, 'invalid', '/handle'])
    const twice = await h.ask('POST', '/api/rooms', { body: { handle: 'first.room' } })
    expect([twice.status, twice.json['code'], twice.json['field']]).toEqual([409, 'room_exists', '/handle'])
    const both = await h.ask('POST', '/api/rooms', { body: { handle: 'aaa', handles: ['bbb'] } })
    expect(both.status).toBe(422)
    expect((await h.ask('POST', '/api/rooms', { body: {} })).status).toBe(422)
  })

  it('takes a paste of many: each is added or refused by itself', async () => {
    const handles = Array.from({ length: 60 }, (_, index) => `@paste.${index}`)
    const text = `${handles.join(', ')}\nfirst.room\n bad!handle `
    const { status, json } = await h.ask('POST', '/api/rooms', { body: { handles: text, monitor: false } })
    expect(status).toBe(200)
    const added = json['added'] as { handle: string; monitor: boolean; ownerToken: string }[]
    expect(added.map(({ handle }) => handle).sort()).toEqual(handles.map((handle) => handle.slice(1)).sort())
    expect(new Set(added.map(({ ownerToken }) => ownerToken)).size).toBe(60)
    expect(added.every(({ monitor }) => !monitor)).toBe(true)
    const refused = json['refused'] as { handle: string; code: string }[]
    expect(refused.map(({ handle, code }) => [handle, code]).sort()).toEqual([
      ['bad!handle', 'invalid'],
      ['first.room', 'room_exists'],
    ])
    const many = Array.from({ length: 501 }, (_, index) => `many.${index}`)
    expect((await h.ask('POST', '/api/rooms', { body: { handles: many } })).status).toBe(422)
    expect((await h.ask('POST', '/api/rooms', { body: { handles: many.join(' ') } })).status).toBe(422)
  })
})

describe('listing rooms', () => {
  it('gives pages by handle that together hold every room once', async () => {
    const handles: string[] = []
    let query = '?limit=7'
    for (;;) {
      const { items, next } = await list(query)
      handles.push(...items.map(({ handle }) => handle))
      if (next === null) break
      expect(items).toHaveLength(7)
      query = `?limit=7&cursor=${next}`
    }
    expect(handles).toEqual(
      h.rooms
        .list()
        .map(({ handle }) => handle)
        .sort(),
    )
  })

  it('filters by state, parent state and part of a name', async () => {
    await h.ask('POST', '/api/rooms/first.room/stop')
    expect((await list('?state=cooldown')).items.map(({ handle }) => handle)).toEqual(['first.room'])
    expect((await list('?state=live')).items).toEqual([])
    expect((await list('?state=cooldown,watching&q=@First')).items).toHaveLength(1)
    expect((await list('?q=paste.5')).items.length).toBe(11)
    expect((await list('?q=a%20name')).items).toHaveLength(3)
  })

  it('refuses states, limits and cursors that it never gave out', async () => {
    const bad = [
      'state=sleeping',
      'limit=0',
      'limit=501',
      'limit=x',
      'limit=1&limit=2',
      'never=1',
      'cursor=',
      'cursor=Zm9v!',
      'cursor=AAAA',
    ]
    for (const query of bad) expect((await h.ask('GET', `/api/rooms?${query}`)).status, query).toBe(400)
    expect((await h.ask('GET', '/api/rooms?cursor=AAAA')).json['code']).toBe('cursor_invalid')
    expect((await h.ask('GET', '/api/rooms?limit=0')).json).toMatchObject({
      field: '/limit',
      code: 'query_invalid',
    })
  })
})

describe('commands', () => {
  it('answer the room as it is now, twice as well as once', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const { status, json } = await h.ask('POST', '/api/rooms/second.room/stop')
      expect([status, json['state']]).toEqual([200, 'cooldown'])
    }
    const refused = await h.ask('POST', '/api/rooms/second.room/start')
    expect([refused.status, refused.json['code'], refused.json['retryAfterMs']]).toEqual([
      409,
      'cooldown',
      9_000,
    ])
    const forced = await h.ask('POST', '/api/rooms/second.room/start', { body: { force: true } })
    expect([forced.status, forced.json['state']]).toEqual([200, 'watching'])
  })

  it('rename keeps the room, change keeps the rest, diagnosis is a sentence, removal is final', async () => {
    const { id } = await h.addRoom('old.name')
    const renamed = await h.ask('POST', `/api/rooms/${id}/rename`, { body: { handle: '@New.Name' } })
    expect(renamed.json).toMatchObject({ id, handle: 'new.name' })
    const changed = await h.ask('PATCH', '/api/rooms/new.name', {
      body: { displayName: 'Shown', monitor: false },
    })
    expect(changed.json).toMatchObject({ id, displayName: 'Shown', monitor: false })
    const diagnosis = await h.ask('GET', `/api/rooms/${id}/diagnosis`)
    expect(diagnosis.json).toMatchObject({ recording: false, code: 'not_looked_yet' })
    expect((await h.ask('DELETE', `/api/rooms/${id}`)).status).toBe(204)
    expect((await h.ask('GET', `/api/rooms/${id}`)).status).toBe(404)
  })

  it('tokens are listed without what they are, rotated and revoked', async () => {
    const { id, token } = await h.addRoom('token.room')
    const rotated = await h.ask('POST', `/api/rooms/${id}/tokens/rotate`, {
      token,
      body: { label: 'for the overlay' },
    })
    expect((await h.ask('GET', `/api/rooms/${id}`, { token })).status).toBe(401)
    const next = String(rotated.json['ownerToken'])
    const { json, text } = await h.ask('GET', `/api/rooms/${id}/tokens`, { token: next })
    const items = json['items'] as { id: string; label: string | null; revokedAt: number | null }[]
    expect(items).toHaveLength(2)
    expect(items.find((item) => item.id === rotated.json['id'])).toMatchObject({
      label: 'for the overlay',
      revokedAt: null,
    })
    expect(items.find((item) => item.id !== rotated.json['id'])?.revokedAt).toBeGreaterThan(0)
    expect(text).not.toMatch(/hash|rk_ow_/)
    const revoke = () => h.ask('DELETE', `/api/rooms/${id}/tokens/${String(rotated.json['id'])}`)
    expect([(await revoke()).status, (await revoke()).status]).toEqual([204, 204])
    expect((await h.ask('GET', `/api/rooms/${id}`, { token: next })).status).toBe(401)
  })
})

describe('settings', () => {
  it('are read and changed in part, and what is out of bounds is refused by name', async () => {
    const before = await h.ask('GET', '/api/settings')
    const after = await h.ask('PATCH', '/api/settings', { body: { cooldownMs: 7_000 } })
    expect(after.json).toEqual({ ...before.json, cooldownMs: 7_000 })
    const bad = await h.ask('PATCH', '/api/settings', {
      body: { cooldownMs: -1, watchIntervalMs: 'x', other: 1 },
    })
    expect([bad.status, bad.json['code']]).toEqual([422, 'invalid'])
    const fields = (bad.json['errors'] as { field: string }[]).map(({ field }) => field).sort()
    expect(fields).toEqual(['/cooldownMs', '/other', '/watchIntervalMs'])
    expect(bad.text).toContain('a whole number of milliseconds from 0 to 86400000')
    expect((await h.ask('GET', '/api/settings')).json).toEqual(after.json)
  })
})

describe('machines', () => {
  it('one actor is found by its id, its room’s id, and the handle with or without an @', async () => {
    const room = await h.addRoom('machine.room')
    const wanted = [`room:${room.id}`, room.id, 'machine.room', '@Machine.Room', '%40machine.room']
    for (const asked of wanted) {
      const { status, json } = await h.ask('GET', `/api/machines/${asked}`)
      expect([status, json['roomId']], asked).toEqual([200, room.id])
    }
    for (const asked of ['@nobody', 'room:none', '%40']) {
      expect((await h.ask('GET', `/api/machines/${asked}`)).status, asked).toBe(404)
    }
  })

  it('are what runs: states and transitions of the code, and where the actors are', async () => {
    const { json } = await h.ask('GET', '/api/machines')
    const [room] = json['items'] as {
      id: string
      states: { id: string; parent: string | null }[]
      transitions: { from: string; to: string | null; event: string; kind: string }[]
      counts: Record<string, number>
    }[]
    const states = new Set(room?.states.map(({ id }) => id))
    for (const state of [
      'off',
      'watching',
      'live.receiving',
      'live.reconnecting',
      'archiving.waiting',
      'quarantined',
    ]) {
      expect(states, state).toContain(state)
    }
    for (const { from, to } of room?.transitions ?? []) {
      if (from !== '') expect(states).toContain(from)
      if (to !== null) expect(states).toContain(to)
    }
    expect(room?.transitions).toContainEqual(
      expect.objectContaining({ from: 'watching', kind: 'done', event: 'watch', to: 'connecting' }),
    )
    expect(room?.transitions).toContainEqual(
      expect.objectContaining({ from: 'archived', kind: 'always', to: 'watching' }),
    )
    expect(room?.transitions).toContainEqual(
      expect.objectContaining({ from: 'live.reconnecting', kind: 'after', to: 'draining' }),
    )
    expect(Object.values(room?.counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(
      h.rooms.list().length,
    )
  })
})
