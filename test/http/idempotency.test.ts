import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seal, unseal } from '../../src/http/seal.ts'
import { until } from '../_support/db.ts'
import { OPERATOR, startHarness, type Answered, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

const keyed = (key: string) => ({ 'idempotency-key': key })
const add = (handle: string, key: string, more: object = {}): Promise<Answered> =>
  h.ask('POST', '/api/rooms', { headers: keyed(key), body: { handle, ...more } })

const countRooms = async (handle: string): Promise<number> =>
  Number((await h.db.read('SELECT count(*) AS n FROM rooms WHERE handle = ?', [handle]))[0]?.['n'])

describe('H20 S25: Idempotency-Key', () => {
  it('H20 S25: the same request again gets the same bytes and does nothing again, the new token included', async () => {
    const first = await add('same.bytes', 'key-1')
    const again = await add('same.bytes', 'key-1')
    expect(first.status).toBe(201)
    expect(again.status).toBe(201)
    expect(again.text).toBe(first.text)
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(String(first.json['ownerToken'])).toMatch(/^rk_ow_/)
    expect(await countRooms('same.bytes')).toBe(1)
    expect(h.effects['room.add']).toBe(1)
  })

  it('H20 S25: the key with another body, path or query is 422 and does nothing', async () => {
    await add('first.body', 'key-2')
    const body = await add('second.body', 'key-2')
    expect([body.status, body.json['code']]).toEqual([422, 'idempotency_key_reused'])
    const path = await h.ask('POST', '/api/rooms/first.body/stop', { headers: keyed('key-2') })
    expect([path.status, path.json['code']]).toEqual([422, 'idempotency_key_reused'])
    expect(await countRooms('second.body')).toBe(0)
    expect(h.effects['room.stop'] ?? 0).toBe(0)
  })

  it('H20 S25: a key belongs to who sent it: two callers with one key have one effect each', async () => {
    const { id, token } = await h.addRoom('two.callers')
    const before = h.effects['room.stop'] ?? 0
    const stop = (as: string) =>
      h.ask('POST', `/api/rooms/${id}/stop`, { token: as, headers: keyed('shared') })
    expect([(await stop(OPERATOR)).status, (await stop(token)).status]).toEqual([200, 200])
    expect(h.effects['room.stop']).toBe(before + 2)
  })

  it('H20 S25: twenty at once have one effect and one answer', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    let waiting = 0
    h.before = () => {
      waiting += 1
      return gate
    }
    const before = h.effects['room.add'] ?? 0
    const all = Array.from({ length: 20 }, () => add('at.once', 'key-3'))
    await until('the first one is being carried out', () => waiting > 0)
    h.before = () => Promise.resolve()
    open()
    const answers = await Promise.all(all)
    expect(waiting, 'only one got as far as the command').toBe(1)
    expect(h.effects['room.add']).toBe(before + 1)
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(201)
  })

  it('H20: a key of 300 characters, an empty one and one with a line break or a space are 400; 255 are fine', async () => {
    for (const key of ['k'.repeat(300), 'k'.repeat(256), 'a b', 'ü']) {
      const answer = await add('never.added', key)
      expect([answer.status, answer.json['code']], key.slice(0, 10)).toEqual([400, 'idempotency_key_invalid'])
    }
    expect(await countRooms('never.added')).toBe(0)
    expect((await add('long.key', 'k'.repeat(255))).status).toBe(201)
  })

  it('H20 S25: after a crash the stored answer is given, byte for byte, by the next start of the process', async () => {
    const first = await add('before.crash', 'key-4')
    const next = await startHarness({ db: h.db, boot: 'boot-2' })
    const again = await next.ask('POST', '/api/rooms', {
      headers: keyed('key-4'),
      body: { handle: 'before.crash' },
    })
    expect(again.text).toBe(first.text)
    expect(next.effects['room.add']).toBeUndefined()
    await next.stop()
  })

  it('H20 S25: a claim that a crash left without an answer is taken over, and there is one effect', async () => {
    const request = { headers: keyed('key-5'), body: { handle: 'half.done' } }
    // What the first start got to before it died: the claim, and nothing after it.
    let reached = false
    h.before = () => {
      reached = true
      return new Promise<void>(() => undefined)
    }
    const abandoned = new AbortController()
    void fetch(`${h.url}/api/rooms`, {
      method: 'POST',
      signal: abandoned.signal,
      headers: {
        ...request.headers,
        authorization: `Bearer ${OPERATOR}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(request.body),
    }).catch(() => undefined)
    await until('the first start is in the middle', () => reached)
    h.before = () => Promise.resolve()
    const [claim] = await h.db.read(`SELECT boot, status FROM idempotency WHERE key = 'key-5'`)
    expect(claim).toEqual({ boot: 'boot-1', status: null })
    const next = await startHarness({ db: h.db, boot: 'boot-3' })
    const taken = await next.ask('POST', '/api/rooms', request)
    expect(taken.status).toBe(201)
    expect((await next.ask('POST', '/api/rooms', request)).text).toBe(taken.text)
    expect(await countRooms('half.done')).toBe(1)
    abandoned.abort()
    await next.stop()
  })

  it('H20: an answer that says try again is not kept: the same key may end differently later', async () => {
    const { id } = await h.addRoom('try.again')
    await h.ask('POST', `/api/rooms/${id}/stop`)
    const start = (body: object) => h.ask('POST', `/api/rooms/${id}/start`, { headers: keyed('key-6'), body })
    const refused = await start({})
    expect([refused.status, refused.json['code']]).toEqual([409, 'cooldown'])
    expect(refused.headers.get('retry-after')).toBe('9')
    await h.ask('POST', `/api/rooms/${id}/start`, { body: { force: true } })
    expect((await start({})).status).toBe(200)
  })

  it('H20: a final refusal is kept like any other answer', async () => {
    const { id } = await h.addRoom('final.refusal')
    const end = () => h.ask('POST', `/api/rooms/${id}/end-session`, { headers: keyed('key-7') })
    const rows = async () => Number((await h.db.read('SELECT count(*) AS n FROM audit'))[0]?.['n'])
    const first = await end()
    expect([first.status, first.json['code']]).toEqual([409, 'not_recording'])
    const before = await rows()
    expect((await end()).text).toBe(first.text)
    expect(await rows()).toBe(before)
  })

  it('S22: a kept answer is sealed: its token is not in the table, and no other token opens it', async () => {
    const { json } = await add('sealed.answer', 'key-8')
    const secret = String(json['ownerToken'])
    const rows = await h.db.read('SELECT * FROM idempotency')
    expect(rows.length).toBeGreaterThan(3)
    for (const window of [secret, secret.slice(6, 14), Buffer.from(secret).toString('base64').slice(0, 16)]) {
      expect(JSON.stringify(rows)).not.toContain(window)
    }
    const sealed = seal('a token', 'about', secret)
    expect(unseal('a token', 'about', sealed)).toBe(secret)
    expect(unseal('another', 'about', sealed)).toBeNull()
    expect(unseal('a token', 'other', sealed)).toBeNull()
    const [head, middle] = [sealed.slice(0, 40), sealed.charAt(40)]
    const changed = head + (middle === 'A' ? 'B' : 'A') + sealed.slice(41)
    expect(unseal('a token', 'about', changed)).toBeNull()
    expect(unseal('a token', 'about', 'gcm1.')).toBeNull()
  })
})
