// Whether a webhook is from LiveKit: a token over exactly these bytes, signed with our secret, now. The SDK's
// own check takes any HMAC, compares hashes in plain time and lets a token be valid for as long as it likes.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import * as Redacted from 'effect/Redacted'

/** How far clocks may be apart. */
export const TOLERANCE_MS = 10_000
/** LiveKit gives five minutes. A token that outlived the memory of event ids could be used again. */
export const LIFETIME_MAX_MS = 86_400_000
const TOKEN_MAX = 4_096
const TOKEN = /^([\w-]+)\.([\w-]+)\.([\w-]{43})$/
/** Base64 of 32 bytes. */
const HASH = /^[A-Za-z0-9+/]{43}=$/

export interface Signer {
  readonly apiKey: string
  readonly apiSecret: Redacted.Redacted<string>
}

/** What is wrong with it; kept for the audit, never answered. */
export type Flaw =
  | 'token_missing'
  | 'token_malformed'
  | 'algorithm_refused'
  | 'signature_wrong'
  | 'issuer_wrong'
  | 'expiry_missing'
  | 'expired'
  | 'not_yet_valid'
  | 'lifetime_refused'
  | 'hash_missing'
  | 'hash_wrong'

type Claims = Readonly<Record<string, unknown>>

const claimsIn = (part: string): Claims | null => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

const timeFlaw = ({ exp, nbf }: Claims, nowMs: number): Flaw | null => {
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return 'expiry_missing'
  if (exp * 1_000 + TOLERANCE_MS <= nowMs) return 'expired'
  if (exp * 1_000 - nowMs > LIFETIME_MAX_MS + TOLERANCE_MS) return 'lifetime_refused'
  if (nbf === undefined) return null
  return typeof nbf === 'number' && nbf * 1_000 - TOLERANCE_MS <= nowMs ? null : 'not_yet_valid'
}

/** Null when the bytes are what LiveKit signed. */
export const flawOf = (
  body: Uint8Array,
  authorization: string | undefined,
  { apiKey, apiSecret }: Signer,
  nowMs: number,
): Flaw | null => {
  if (authorization === undefined || authorization === '') return 'token_missing'
  const parts = authorization.length > TOKEN_MAX ? null : TOKEN.exec(authorization)
  const [, header = '', payload = '', signature = ''] = parts ?? []
  const head = claimsIn(header)
  const claims = claimsIn(payload)
  if (parts === null || head === null || claims === null) return 'token_malformed'
  if (head['alg'] !== 'HS256' || head['crit'] !== undefined) return 'algorithm_refused'
  const expected = createHmac('sha256', Redacted.value(apiSecret)).update(`${header}.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'signature_wrong'
  if (claims['iss'] !== apiKey) return 'issuer_wrong'
  const late = timeFlaw(claims, nowMs)
  if (late !== null) return late
  const hash = claims['sha256']
  if (typeof hash !== 'string' || !HASH.test(hash)) return 'hash_missing'
  const digest = createHash('sha256').update(body).digest()
  return timingSafeEqual(Buffer.from(hash, 'base64'), digest) ? null : 'hash_wrong'
}
