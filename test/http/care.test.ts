import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHarness, type Harness } from './harness.ts'
import { seedSession } from './seed.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

interface Row {
  readonly seq: number
  readonly id: number
  readonly actor: string
  readonly action: string
  readonly outcome: string
  readonly kind: string
}
const everything = async (path: string): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for (let cursor = ''; ;) {
    const { json, status } = await h.ask('GET', `${path}${cursor}`)
    expect(status).toBe(200)
    const { items, next } = json as unknown as { items: readonly Row[]; next: string | null }
    rows.push(...items)
    if (next === null) return rows
    cursor = `&cursor=${next}`
  }
}

describe('the audit', () => {
  it('is read newest first, in pages, by who, what, where, how it ended and when', async () => {
    const { id, token } = await h.addRoom('audit.room')
    for (let turn = 0; turn < 5; turn += 1) await h.ask('POST', `/api/rooms/${id}/stop`, { token })
    await h.ask('POST', `/api/rooms/${id}/end-session`)
    await h.ask('POST', `/api/rooms/${id}/stop`, { token: null })
    const all = await everything('/api/audit?limit=3')
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 8 }, (_, index) => 8 - index))
    expect(await everything('/api/audit?limit=2&action=room.stop&outcome=done')).toHaveLength(5)
    expect(await everything(`/api/audit?limit=2&actor=owner:t${id}`)).toHaveLength(5)
    expect(await everything('/api/audit?limit=2&actor=anonymous&outcome=denied')).toHaveLength(1)
    expect(await everything(`/api/audit?limit=2&room=${id}`)).toHaveLength(7)
    expect(await everything(`/api/audit?limit=2&to=1`)).toHaveLength(0)
    expect(await everything(`/api/audit?limit=2&from=1`)).toHaveLength(8)
    for (const query of ['outcome=never', 'from=x', 'cursor=x', 'limit=9999', 'unknown=1']) {
      expect((await h.ask('GET', `/api/audit?${query}`)).status, query).toBe(400)
    }
  })
})

describe('maintenance', () => {
  it('is tried dry, carried out, and written down', async () => {
    const { id } = await h.addRoom('care.room')
    await seedSession(h, { no: 1, roomId: id, events: 4 })
    await h.db.write({ statements: [{ sql: 'UPDATE sessions SET chats = 99 WHERE no = 1' }] })
    const ask = (dryRun: boolean) =>
      h.ask('POST', '/api/maintenance/repair', { body: { dryRun, sessions: ['s1'] } })
    const dry = await ask(true)
    expect(dry.json).toMatchObject({ dryRun: true, checked: 1, fixed: 0 })
    expect(Number(dry.json['found'])).toBeGreaterThan(0)
    expect((await h.ask('GET', '/api/sessions/s1')).json).toMatchObject({ counters: { chats: 99 } })
    expect((await ask(false)).json).toMatchObject({ dryRun: false })
    expect((await h.ask('GET', '/api/sessions/s1')).json).toMatchObject({ counters: { chats: 4 } })
    const pruned = await h.ask('POST', '/api/maintenance/prune', { body: { dryRun: true, olderThanMs: 0 } })
    expect(pruned.json).toMatchObject({ dryRun: true, prunedSessions: 1 })
    const merged = await h.ask('POST', '/api/maintenance/merge', {
      body: { what: 'broadcasts', dryRun: true },
    })
    expect(merged.json).toMatchObject({ dryRun: true, merged: 0 })
    const log = await everything('/api/maintenance/log?limit=2')
    expect(log.map(({ kind }) => kind)).toEqual(['merge', 'prune', 'repair', 'repair'])
    expect(await everything('/api/maintenance/log?limit=1&kind=repair')).toHaveLength(2)
  })

  it('refuses what is not asked right, and what is not there', async () => {
    const bad = [
      ['repair', { sessions: ['x'] }],
      ['repair', { dryRun: 'yes' }],
      ['merge', {}],
      ['merge', { what: 'everything' }],
      ['prune', { olderThanMs: -1 }],
    ] as const
    for (const [what, body] of bad) {
      const answer = await h.ask('POST', `/api/maintenance/${what}`, { body })
      expect([answer.status, answer.json['code']], JSON.stringify(body)).toEqual([422, 'invalid'])
    }
    const body = { what: 'rooms', into: 'nobody.here', from: 'nobody.there' }
    const unknown = await h.ask('POST', '/api/maintenance/merge', { body })
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'room_unknown'])
  })
})
