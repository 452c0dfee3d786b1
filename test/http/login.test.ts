import * as Redacted from 'effect/Redacted'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDatabase, type TestDatabase } from '../_support/db.ts'
import { OPERATOR, startHarness, type Answered, type Harness } from './harness.ts'

let db: TestDatabase
let h: Harness
beforeAll(async () => {
  db = await startDatabase()
  h = await startHarness({ db, limits: { logins: { perSecond: 1_000, burst: 1_000 } } })
})
afterAll(async () => {
  await h.stop()
  await db.remove()
})

const origin = (): string => `http://127.0.0.1:${h.port}`

/** What a browser sends for a page of this server. */
const page = (
  cookie: string | null,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  ...(cookie === null ? {} : { cookie }),
  'sec-fetch-site': 'same-origin',
  origin: origin(),
  ...more,
})

const browse = (
  cookie: string | null,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answered> =>
  h.ask(method, path, {
    token: null,
    headers: options.headers ?? page(cookie),
    ...(options.body !== undefined && { body: options.body }),
  })

const cookieOf = ({ headers }: Answered): string => String(headers.get('set-cookie')).split(';', 1)[0] ?? ''

const signIn = async (body: unknown): Promise<string> => {
  const answer = await browse(null, 'POST', '/api/login', { body })
  expect(answer.status, answer.text).toBe(200)
  return cookieOf(answer)
}

describe('signing in', () => {
  it('takes the token once and gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await browse(null, 'POST', '/api/login', { body: { token: OPERATOR } })
    expect(answer.json).toMatchObject({ actor: 'operator', scope: 'operator', roomId: null })
    const set = String(answer.headers.get('set-cookie'))
    expect(set).toMatch(
      /^roomkeeper-\d+=rk_cs_o_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2\d{6}$/,
    )
    expect(answer.text + set).not.toContain(OPERATOR)
    const me = await browse(cookieOf(answer), 'GET', '/api/me')
    expect(me.json).toEqual(answer.json)
    expect((await browse(cookieOf(answer), 'GET', '/api/rooms')).status).toBe(200)
    expect((await browse(null, 'GET', '/api/me')).status).toBe(401)
  })

  it('marks the cookie Secure and bound to the host when the page came over TLS', async () => {
    const headers = { 'sec-fetch-site': 'same-origin', origin: `https://127.0.0.1:${h.port}` }
    const answer = await browse(null, 'POST', '/api/login', { body: { token: OPERATOR }, headers })
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-roomkeeper-.*; Secure$/)
    expect((await browse(cookieOf(answer), 'GET', '/api/me')).status).toBe(200)
  })

  it('H04: an owner sees its room, and of everything else what somebody sees who asks for nothing', async () => {
    const [one, two] = [await h.addRoom('mine.room'), await h.addRoom('other.room')]
    const cookie = await signIn({ token: one.token })
    expect((await browse(cookie, 'GET', '/api/me')).json).toMatchObject({ scope: 'owner', roomId: one.id })
    expect((await browse(cookie, 'GET', `/api/rooms/${one.id}`)).status).toBe(200)
    const [foreign, none] = [
      await browse(cookie, 'GET', `/api/rooms/${two.id}`),
      await browse(cookie, 'GET', '/api/rooms/nobody'),
    ]
    expect([foreign.status, foreign.text]).toEqual([404, none.text])
    await browse(cookie, 'PATCH', `/api/rooms/${one.id}`, { body: { displayName: 'Mine' } })
    const rows = await h.audit()
    expect(rows.filter(({ action }) => action === 'login').at(-1)).toMatchObject({
      actor: expect.stringMatching(/^owner:t[\w-]+$/),
      outcome: 'done',
    })
  })

  it('H03: every wrong token gets the same answer, is audited, and is not repeated', async () => {
    const before = (await h.audit()).length
    const wrong = ['x', `${OPERATOR}x`, OPERATOR.slice(0, -1), 'rk_ow_nothing']
    const answers = await Promise.all(
      wrong.map((token) => browse(null, 'POST', '/api/login', { body: { token } })),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(401)
    expect(answers[0]?.headers.get('set-cookie')).toBe(null)
    const rows = (await h.audit()).slice(before)
    expect(rows.map(({ action, outcome, code }) => [action, outcome, code])).toEqual(
      wrong.map(() => ['login', 'denied', 'unauthorized']),
    )
    for (const body of [{}, { token: OPERATOR, code: 'x' }, { token: '' }, { token: 1 }]) {
      expect((await browse(null, 'POST', '/api/login', { body })).status).toBe(422)
    }
  })

  it('H21: limits tries by address, and says when to come back', async () => {
    const other = await startHarness({ limits: { logins: { perSecond: 0.1, burst: 3 } } })
    const statuses: number[] = []
    for (let tries = 0; tries < 4; tries += 1) {
      const answer = await other.ask('POST', '/api/login', { token: null, body: { token: 'wrong' } })
      statuses.push(answer.status)
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(5)
    }
    expect(statuses).toEqual([401, 401, 401, 429])
    expect((await other.ask('GET', '/api/rooms')).status).toBe(200)
    await other.stop()
  })

  it('H07: a cookie is no token and a token is no cookie', async () => {
    const cookie = await signIn({ token: OPERATOR })
    const [name = '', value = ''] = cookie.split('=')
    expect((await h.ask('GET', '/api/rooms', { token: value })).status).toBe(401)
    expect((await browse(null, 'POST', '/api/login', { body: { token: value } })).status).toBe(401)
    const { token } = await h.addRoom('no.cookie')
    for (const text of [token, OPERATOR, `${value}x`, value.replace('_o_', '_t_')]) {
      expect((await browse(`${name}=${text}`, 'GET', '/api/rooms')).status).toBe(401)
    }
  })
})

describe('what a page elsewhere can do', () => {
  it('changes nothing with the cookie, and reads nothing', async () => {
    const cookie = await signIn({ token: OPERATOR })
    const body = { handle: 'forged.room' }
    const elsewhere = [
      { cookie, 'sec-fetch-site': 'same-site', origin: origin() },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie, 'sec-fetch-site': 'none' },
      { cookie, origin: 'http://127.0.0.1:1' },
      { cookie, origin: 'null' },
      { cookie },
    ]
    for (const headers of elsewhere) {
      const answer = await browse(null, 'POST', '/api/rooms', { body, headers })
      expect([answer.status, answer.json['code']]).toEqual([403, 'origin_refused'])
    }
    const denied = (await h.audit()).filter(({ code }) => code === 'origin_refused')
    expect(denied).toHaveLength(elsewhere.length)
    expect((await h.ask('GET', '/api/rooms/forged.room')).status).toBe(404)
    for (const headers of elsewhere.slice(0, 2)) {
      expect((await browse(null, 'GET', '/api/rooms', { headers })).status).toBe(401)
    }
    // A person who types the address, and a browser that says nothing of where it comes from.
    for (const headers of [{ cookie, 'sec-fetch-site': 'none' }, { cookie }]) {
      expect((await browse(null, 'GET', '/api/rooms', { headers })).status).toBe(200)
    }
    expect(
      (await browse(null, 'POST', '/api/rooms', { body, headers: { cookie, origin: origin() } })).status,
    ).toBe(201)
    const forced = await browse(null, 'POST', '/api/login', {
      body: { token: OPERATOR },
      headers: { origin: 'https://elsewhere.example' },
    })
    expect([forced.status, forced.headers.get('set-cookie')]).toEqual([403, null])
  })
})

describe('the end of a sign-in', () => {
  it('comes with signing out, for the cookie as for the browser', async () => {
    const [cookie, other] = [await signIn({ token: OPERATOR }), await signIn({ token: OPERATOR })]
    const out = await browse(cookie, 'POST', '/api/logout')
    expect(out.status).toBe(204)
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await browse(cookie, 'GET', '/api/me')).status).toBe(401)
    expect((await browse(other, 'GET', '/api/me')).status).toBe(200)
    const again = await browse(cookie, 'POST', '/api/logout')
    expect([again.status, again.headers.get('set-cookie')?.includes('Max-Age=0')]).toEqual([204, true])
  })

  it('H09: comes with its token, and so does the end of its stream', async () => {
    const { id, token } = await h.addRoom('ended.room')
    const cookie = await signIn({ token })
    const stream = await fetch(`${h.url}/api/stream`, { headers: page(cookie) })
    expect(stream.status).toBe(200)
    const tokens = (await h.ask('GET', `/api/rooms/${id}/tokens`)).json['items'] as { id: string }[]
    const parent = tokens.find((one) => !one.id.includes('.'))
    expect(tokens.filter((one) => one.id.startsWith(`${parent?.id}.`))).toHaveLength(1)
    await h.ask('DELETE', `/api/rooms/${id}/tokens/${parent?.id}`)
    expect(await stream.text()).toContain('event: auth_expired')
    expect((await browse(cookie, 'GET', '/api/me')).status).toBe(401)
  })

  it('H31: is not later than the end of its token', async () => {
    const { id } = await h.addRoom('short.room')
    const rotated = await h.ask('POST', `/api/rooms/${id}/tokens/rotate`, { body: { expiresInMs: 4_000 } })
    const cookie = await signIn({ token: rotated.json['ownerToken'] })
    const me = await browse(cookie, 'GET', '/api/me')
    expect(me.json['expiresAt']).toBe(rotated.json['expiresAt'])
    const stream = await fetch(`${h.url}/api/stream`, { headers: page(cookie) })
    expect(await stream.text()).toContain('auth_expired')
    expect((await browse(cookie, 'GET', '/api/me')).status).toBe(401)
  })

  it('does not come with a restart, but with another operator token', async () => {
    const cookie = await signIn({ token: OPERATOR })
    const value = cookie.split('=')[1] ?? ''
    const later = await startHarness({ db, boot: 'boot-2' })
    const asked = (other: Harness): Promise<Answered> =>
      other.ask('GET', '/api/me', { token: null, headers: { cookie: `roomkeeper-${other.port}=${value}` } })
    expect((await asked(later)).json).toMatchObject({ actor: 'operator' })
    await later.stop()
    const changed = await startHarness({
      db,
      deps: { operatorToken: Redacted.make('another operator token') },
    })
    expect((await asked(changed)).status).toBe(401)
    await changed.stop()
  })

  it('comes for the oldest when a token signs in too many browsers', async () => {
    const { token } = await h.addRoom('many.room')
    const first = await signIn({ token })
    for (let count = 0; count < 50; count += 1) await signIn({ token })
    const deadline = Date.now() + 10_000
    while ((await browse(first, 'GET', '/api/me')).status === 200) expect(Date.now()).toBeLessThan(deadline)
    const [row] = await db.read(
      "SELECT count(*) AS n FROM tokens WHERE label = 'console' AND room_id IS NOT NULL",
    )
    expect(Number(row?.['n'])).toBeGreaterThanOrEqual(50)
  })
})

describe('a sign-in link', () => {
  it('H08: signs in once, for who asked for it, with a code that is in no address a server sees', async () => {
    const { token } = await h.addRoom('linked.room')
    const link = await h.ask('POST', '/api/login/link', { token })
    expect(link.json['path']).toMatch(/^\/login#tk_[\w-]+$/)
    const code = String(link.json['path']).split('#')[1]
    const cookie = await signIn({ code })
    expect((await browse(cookie, 'GET', '/api/me')).json).toMatchObject({ scope: 'owner' })
    expect((await browse(null, 'POST', '/api/login', { body: { code } })).status).toBe(401)
    expect((await h.ask('GET', `/api/stream?ticket=${code}`, { token: null })).status).toBe(401)
  })
})
