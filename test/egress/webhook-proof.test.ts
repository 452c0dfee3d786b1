// Which webhooks are LiveKit's: a token over exactly these bytes, HS256 with our secret, of our key, now.

import fc from 'fast-check'
import { WebhookReceiver } from 'livekit-server-sdk'
import { describe, expect, it } from 'vitest'
import { flawOf, LIFETIME_MAX_MS, TOLERANCE_MS, type Flaw } from '../../src/egress/webhook-proof.ts'
import { API_KEY, API_SECRET } from './twirp.ts'
import { egressEvent, genuine, odd, SIGNER, type Odd } from './webhook-kit.ts'

const NOW = 1_700_000_000_000
const NOW_S = NOW / 1000
const BODY = egressEvent()
const flaw = (token: string | undefined, body = BODY, now = NOW): Flaw | null =>
  flawOf(Buffer.from(body), token, SIGNER, now)
const made = (more: Odd = {}): string => odd(BODY, { nowMs: NOW, ...more })
/** What the SDK alone makes of it. */
const sdkTakes = async (token: string): Promise<boolean> =>
  new WebhookReceiver(API_KEY, API_SECRET).receive(BODY, token).then(
    () => true,
    () => false,
  )

describe('a webhook', () => {
  it('of LiveKit is genuine', async () => {
    expect(flaw(await genuine(BODY), BODY, Date.now())).toBeNull()
    expect(flaw(made())).toBeNull()
  })

  const forged: readonly (readonly [string, string | undefined, Flaw])[] = [
    ['L21: without a header', undefined, 'token_missing'],
    ['L21: with an empty header', '', 'token_missing'],
    ['L21: with something else', 'Basic dXNlcjpwYXNz', 'token_malformed'],
    ['L21: with a wrong secret', made({ secret: 'another secret of this length....' }), 'signature_wrong'],
    ['L21: of another key', made({ claims: { iss: 'APIother' } }), 'issuer_wrong'],
    ['L21: of no key', made({ claims: { iss: undefined } }), 'issuer_wrong'],
    ['L21: with alg none', made({ alg: 'none', digest: null }), 'token_malformed'],
    ['L21: with alg none and a signature', made({ alg: 'none' }), 'algorithm_refused'],
    ['L21: with alg in other letters', made({ alg: 'hs256' }), 'algorithm_refused'],
    ['L21: with critical extensions', made({ header: { crit: ['b64'], b64: false } }), 'algorithm_refused'],
    ['L22: with HS512 and the right secret', made({ alg: 'HS512', digest: 'sha512' }), 'token_malformed'],
    ['L22: with HS384 and the right secret', made({ alg: 'HS384', digest: 'sha384' }), 'token_malformed'],
    ['L22: that claims HS512 over a signature of HS256', made({ alg: 'HS512' }), 'algorithm_refused'],
    ['L23: with a join token, which has no hash', made({ claims: { sha256: undefined } }), 'hash_missing'],
    ['L23: with a hash that is none', made({ claims: { sha256: 'abc' } }), 'hash_missing'],
    ['L23: with a hash that is a list', made({ claims: { sha256: [] } }), 'hash_missing'],
    ['L24: expired a minute ago', made({ claims: { exp: NOW_S - 60 } }), 'expired'],
    ['L24: expired eleven seconds ago', made({ claims: { exp: NOW_S - 11 } }), 'expired'],
    ['L24: without exp', made({ claims: { exp: undefined } }), 'expiry_missing'],
    ['L24: with an exp that is text', made({ claims: { exp: String(NOW_S + 60) } }), 'expiry_missing'],
    ['L24: not valid for another minute', made({ claims: { nbf: NOW_S + 60 } }), 'not_yet_valid'],
    [
      'L25: valid for longer than events are remembered',
      made({ claims: { exp: NOW_S + LIFETIME_MAX_MS / 1000 + 60 } }),
      'lifetime_refused',
    ],
  ]
  it.each(forged)('%s is not', (_name, token, expected) => {
    expect(flaw(token)).toBe(expected)
  })

  it('L21: whose body was changed by one byte is not', () => {
    expect(flaw(made(), BODY.replace('EGRESS_ACTIVE', 'EGRESS_ACTIVF'))).toBe('hash_wrong')
    expect(flaw(made(), `${BODY} `)).toBe('hash_wrong')
  })

  it('L22: that the SDK would have taken with HS512 is refused here', async () => {
    const token = odd(BODY, { alg: 'HS512', digest: 'sha512' })
    expect(await sdkTakes(token)).toBe(true)
    expect(flaw(token, BODY, Date.now())).not.toBeNull()
  })

  it('L24: is good for ten seconds after its time and no longer', () => {
    const token = made({ claims: { exp: NOW_S } })
    expect(flaw(token, BODY, NOW + TOLERANCE_MS - 1)).toBeNull()
    expect(flaw(token, BODY, NOW + TOLERANCE_MS)).toBe('expired')
  })

  it('L21: stays refused whatever one character of its token is changed to', () => {
    const token = made()
    const other = fc.constantFrom(...'ABCxyz019-_')
    fc.assert(
      // The last character carries bits that no byte is made of.
      fc.property(fc.nat(token.length - 2), other, (at, char) => {
        fc.pre(token[at] !== char)
        expect(flaw(token.slice(0, at) + char + token.slice(at + 1))).not.toBeNull()
      }),
    )
  })
})
