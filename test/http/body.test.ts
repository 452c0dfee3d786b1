import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BODY_MAX_BYTES } from '../../src/http/body.ts'
import { JSON_DEPTH_MAX } from '../../src/http/json.ts'
import { OPERATOR, Raw, rawAsk, startHarness, statusOf, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

const HEAD = (path: string, more: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${OPERATOR}\r\nContent-Type: application/json\r\n${more}\r\n`

const post = async (body: string | Uint8Array): Promise<{ status: number; code: unknown; text: string }> => {
  const bytes = Buffer.from(body)
  const head = HEAD('/api/rooms', `Content-Length: ${bytes.length}\r\nConnection: close\r\n`)
  const heard = await rawAsk(h.port, Buffer.concat([Buffer.from(head), bytes]))
  const text = heard.slice(heard.indexOf('\r\n\r\n') + 4)
  return { status: statusOf(heard), code: (JSON.parse(text) as { code?: unknown }).code, text }
}

describe('the size of a body', () => {
  it('H01: one byte over the limit, chunked and without a length, is 413, the connection closes, memory stays flat', async () => {
    const before = process.memoryUsage().rss
    const raw = new Raw(h.port).say(HEAD('/api/rooms', 'Transfer-Encoding: chunked\r\n'))
    // The last byte is the one too many; the rest that follows is never read.
    raw.say(`${(BODY_MAX_BYTES + 1).toString(16)}\r\n${'a'.repeat(BODY_MAX_BYTES + 1)}\r\n`)
    for (let more = 0; more < 64; more += 1) raw.say(`10000\r\n${'b'.repeat(65_536)}\r\n`)
    await raw.done
    expect(statusOf(raw.heard)).toBe(413)
    expect(raw.heard).toContain('"code":"body_too_large"')
    expect(raw.heard.toLowerCase()).toContain('connection: close')
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('H01: exactly the limit is read, chunked or not', async () => {
    const text = JSON.stringify({ handle: 'x'.repeat(10) })
    const padded = text + ' '.repeat(BODY_MAX_BYTES - text.length)
    const whole = await post(padded)
    expect(whole.status).toBe(201)
    const chunked = `${BODY_MAX_BYTES.toString(16)}\r\n${padded}\r\n0\r\n\r\n`
    const heard = await rawAsk(
      h.port,
      HEAD('/api/rooms', 'Transfer-Encoding: chunked\r\nConnection: close\r\n') + chunked,
    )
    expect(statusOf(heard)).toBe(409)
  })

  it('H01: a length over the limit is refused before a byte of it is sent', async () => {
    const raw = new Raw(h.port).say(HEAD('/api/rooms', `Content-Length: ${BODY_MAX_BYTES + 1}\r\n`))
    await raw.done
    expect(statusOf(raw.heard)).toBe(413)
  })
})

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('H02: what is not JSON as it is accepted here', () => {
  const cases: readonly (readonly [string, string | Uint8Array, number, string])[] = [
    ['half a value', '{"handle":', 400, 'json_invalid'],
    ['two values', '{} {}', 400, 'json_invalid'],
    ['a byte order mark', '\uFEFF{"handle":"abc"}', 400, 'json_invalid'],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400, 'json_invalid'],
    ['10,000 levels', nested(10_000), 400, 'json_invalid'],
    ['one level too many', nested(JSON_DEPTH_MAX + 1), 400, 'json_invalid'],
    ['a key twice', '{"handle":"abc","handle":"def"}', 400, 'json_invalid'],
    ['a key twice, once escaped', '{"handle":"abc","h\\u0061ndle":"def"}', 400, 'json_invalid'],
    [
      'a key twice, far from its colon',
      `{"handle":"abc","handle"${' '.repeat(300)}:"def"}`,
      400,
      'json_invalid',
    ],
    ['__proto__', '{"handle":"abc","__proto__":{"polluted":true}}', 400, 'json_invalid'],
    ['__proto__, escaped', '{"\\u005f_proto__":{"polluted":true}}', 400, 'json_invalid'],
    ['constructor', '{"constructor":{"prototype":{"polluted":true}}}', 400, 'json_invalid'],
    ['a wrong type', '{"handle":5}', 422, 'invalid'],
    ['a list', '[]', 422, 'invalid'],
    ['null', 'null', 422, 'invalid'],
    ['a number', '5', 422, 'invalid'],
  ]
  for (const [name, body, status, code] of cases) {
    it(`H02: ${name} is ${status} ${code}`, async () => {
      const answer = await post(body)
      expect([answer.status, answer.code]).toEqual([status, code])
      expect(Reflect.get({}, 'polluted')).toBeUndefined()
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
    })
  }

  it('H02: a key that is a value elsewhere, or the same in another object, is no duplicate', async () => {
    const answer = await post('{"handle":"nested.ok","displayName":"handle"}')
    expect(answer.status).toBe(201)
  })

  it('H02: a body of another type is 415, and none at all is an empty object', async () => {
    const other = await h.ask('POST', '/api/rooms', { headers: { 'content-type': 'text/plain' }, body: '{}' })
    expect([other.status, other.json['code']]).toEqual([415, 'media_type_unsupported'])
    const { id } = await h.addRoom('no.body')
    expect((await h.ask('POST', `/api/rooms/${id}/stop`)).status).toBe(200)
  })
})

describe('H19: fields that are not the caller’s to set', () => {
  const forbidden = [
    'id',
    'no',
    'ownerId',
    'owner_id',
    'status',
    'state',
    'cooldownUntil',
    'cooldown_until',
    'epoch',
  ]
  for (const field of forbidden) {
    it(`H19: ${field} is refused when a room is added and when it is changed, and nothing changes`, async () => {
      const { id } = await h.addRoom(`mass.${field.toLowerCase()}`)
      const before = await h.db.read('SELECT * FROM rooms ORDER BY no')
      const added = await h.ask('POST', '/api/rooms', { body: { handle: 'mass.more', [field]: 1 } })
      const changed = await h.ask('PATCH', `/api/rooms/${id}`, { body: { monitor: false, [field]: 1 } })
      for (const answer of [added, changed]) {
        expect([answer.status, answer.json['code'], answer.json['field']]).toEqual([
          422,
          'invalid',
          `/${field}`,
        ])
        expect(String(answer.json['detail'])).toContain('no other fields than')
      }
      expect(await h.db.read('SELECT * FROM rooms ORDER BY no')).toEqual(before)
    })
  }
})
