import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as Redacted from 'effect/Redacted'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TokenRow } from '../../src/db/tokens.ts'
import { Auth, sameDigest } from '../../src/http/auth.ts'
import { OPERATOR, rawAsk, startHarness, type Harness } from './harness.ts'
import { Listener } from './listener.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const hs = (secret: string) => (text: string) => createHmac('sha256', secret).update(text).digest('base64url')

const row = (part: Partial<TokenRow>): TokenRow => ({
  id: 't1',
  hash: digest('secret').toString('hex'),
  scope: 'owner',
  roomId: 'r1',
  label: null,
  createdAt: 1_000_000,
  expiresAt: null,
  revokedAt: null,
  ...part,
})

/** The answer without its Date, as bytes. */
const bytesOf = (heard: string): string => heard.replace(/^date: .*\r\n/im, '')

const get = (path: string, headers: string): Promise<string> =>
  rawAsk(h.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`)

describe('who is nobody', () => {
  it('H03: no token, a malformed one and a wrong scheme get the same 401, byte for byte, and are told the scheme', async () => {
    const headers = [
      '',
      'Authorization: \r\n',
      'Authorization: Bearer\r\n',
      'Authorization: Bearer  \r\n',
      'Authorization: Bearer two words\r\n',
      `Authorization: Bearer ${'x'.repeat(600)}\r\n`,
      `Authorization: Basic ${Buffer.from(`operator:${OPERATOR}`).toString('base64')}\r\n`,
      `Authorization: ${OPERATOR}\r\n`,
      `Authorization: Bearer ${OPERATOR}x\r\n`,
      `Authorization: Bearer ${OPERATOR.slice(0, -1)}\r\n`,
      `Authorization: Bearer ${OPERATOR.toLowerCase()}\r\n`,
      `Cookie: token=${OPERATOR}\r\n`,
    ]
    const answers = await Promise.all(headers.map((header) => get('/api/rooms', header)))
    expect(answers[0]).toMatch(/^HTTP\/1\.1 401 /)
    expect(answers[0]?.toLowerCase()).toContain('www-authenticate: bearer')
    expect(new Set(answers.map(bytesOf)).size).toBe(1)
    expect((await get('/api/rooms', `Authorization: bearer ${OPERATOR}\r\n`)).slice(9, 12)).toBe('200')
  })

  it('H05: an expired, a revoked and a not yet valid token are 401, and the clock decides at that moment', async () => {
    let now = 2_000_000
    const identify = (part: Partial<TokenRow>) =>
      new Auth(
        Redacted.make(OPERATOR),
        () => Promise.resolve(row(part)),
        () => now,
      ).identify('Bearer secret')
    expect(await identify({})).toMatchObject({ actor: 'owner:t1', roomId: 'r1' })
    expect(await identify({ expiresAt: now })).toBeNull()
    expect(await identify({ expiresAt: now + 1 })).not.toBeNull()
    expect(await identify({ revokedAt: 1_500_000 })).toBeNull()
    expect(await identify({ createdAt: now + 600_000 })).toBeNull()
    expect(await identify({ roomId: null })).toBeNull()
    now = 0
    expect(await identify({}), 'a clock that was set back far').toBeNull()
  })

  it('H06: whatever a JWT claims it is an unknown token, and nobody is asked about its keys', async () => {
    const asked: string[] = []
    const keys = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('{"keys":[]}')
    })
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve))
    const jku = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const claims = base64({
      sub: 'operator',
      scope: 'operator',
      aud: 'roomkeeper',
      iss: 'roomkeeper',
      exp: 4e9,
    })
    const jwt = (header: object, signer: (text: string) => string): string => {
      const text = `${base64(header)}.${claims}`
      return `${text}.${signer(text)}`
    }
    const rs = (text: string) => sign('sha256', Buffer.from(text), privateKey).toString('base64url')
    const tokens = [
      jwt({ alg: 'none' }, () => ''),
      jwt({ alg: 'HS256' }, hs(pem)),
      jwt({ alg: 'HS256', kid: '../../../../dev/null' }, hs('')),
      jwt({ alg: 'RS256', jku }, rs),
      jwt({ alg: 'RS256', x5u: jku }, rs),
      jwt({ alg: 'RS256', jwk: publicKey.export({ format: 'jwk' }) }, rs),
    ]
    for (const token of tokens) {
      const short = token.length <= 512 ? token : token.slice(0, 512)
      for (const text of [token, short])
        expect((await h.ask('GET', '/api/rooms', { token: text })).status).toBe(401)
    }
    expect(asked).toEqual([])
    await new Promise((resolve) => keys.close(resolve))
  })

  it('H07: a stream ticket and tokens of other kinds open nothing as a bearer token', async () => {
    const { json } = await h.ask('POST', '/api/stream/ticket')
    const others = [
      String(json['ticket']),
      `APIkey.${randomBytes(16).toString('hex')}`,
      `whsec_${randomBytes(24).toString('base64url')}`,
    ]
    expect(others[0]).toMatch(/^tk_/)
    for (const token of others) expect((await h.ask('GET', '/api/rooms', { token })).status).toBe(401)
  })
})

describe('tokens in addresses', () => {
  it('H08: a token in the query string opens nothing', async () => {
    for (const name of ['token', 'access_token', 'authorization', 'ticket', 'api_key']) {
      for (const path of ['/api/rooms', '/api/stream', '/api/settings']) {
        const { status } = await h.ask('GET', `${path}?${name}=${encodeURIComponent(OPERATOR)}`, {
          token: null,
        })
        expect(status, `${name} at ${path}`).toBe(401)
      }
    }
  })

  it('H08: a ticket opens one stream, once, and nothing but a stream', async () => {
    const { id, token } = await h.addRoom('ticket.room')
    const issued = await h.ask('POST', '/api/stream/ticket', { token })
    expect(issued.status).toBe(201)
    expect(Number(issued.json['expiresAt']) - Date.now()).toBeLessThanOrEqual(60_000)
    const query = `?ticket=${String(issued.json['ticket'])}`
    expect((await h.ask('GET', `/api/rooms${query}`, { token: null })).status).toBe(401)
    const first = new Listener(`${h.url}/api/stream${query}`, {})
    await first.until('the stream opens', ({ messages }) => messages.length > 0)
    expect(first.named('ready')).toHaveLength(1)
    const second = new Listener(`${h.url}/api/stream${query}`, {})
    await second.until('it is refused', ({ closed }) => closed)
    expect(second.status).toBe(401)
    await h.ask('POST', `/api/rooms/${id}/stop`)
    const fact = await first.until('its own fact', ({ facts }) => facts.length > 0)
    expect(fact.messages.filter(({ event }) => event === 'message')).toHaveLength(1)
    first.close()
  })

  it('H08: a ticket whose token was revoked since opens nothing', async () => {
    const { id, token } = await h.addRoom('ticket.revoked')
    const issued = await h.ask('POST', '/api/stream/ticket', { token })
    expect((await h.ask('POST', `/api/rooms/${id}/tokens/rotate`)).status).toBe(201)
    const late = new Listener(`${h.url}/api/stream?ticket=${String(issued.json['ticket'])}`, {})
    await late.until('it is refused', ({ closed }) => closed)
    expect(late.status).toBe(401)
  })
})

describe('H10: how tokens are compared', () => {
  it('H10: digests of any two texts have one length, and only equal ones of that length are the same', () => {
    const texts = ['', 'a', OPERATOR, `${OPERATOR}x`, 'x'.repeat(512)]
    expect(new Set(texts.map((text) => digest(text).length))).toEqual(new Set([32]))
    for (const a of texts) for (const b of texts) expect(sameDigest(digest(a), digest(b))).toBe(a === b)
    expect(sameDigest(Buffer.alloc(31), Buffer.alloc(31))).toBe(false)
  })

  it('H10: the one comparison is timingSafeEqual over digests; no token is compared as text', () => {
    const source = readFileSync(new URL('../../src/http/auth.ts', import.meta.url), 'utf8')
    expect(source.match(/timingSafeEqual\(/g)).toHaveLength(1)
    expect(source).toMatch(/a\.length === 32 && b\.length === 32 && timingSafeEqual\(a, b\)/)
    expect(source).not.toMatch(/(?:token|bearer|digest|hash)\s*[!=]==\s*(?!\s|null|undefined)/i)
  })
})
