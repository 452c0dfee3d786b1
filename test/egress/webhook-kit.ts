// Webhooks as LiveKit sends them, and as others might: bodies, tokens, and tokens with something wrong.

import { createHash, createHmac } from 'node:crypto'
import * as Redacted from 'effect/Redacted'
import { AccessToken } from 'livekit-server-sdk'
import { API_KEY, API_SECRET } from './twirp.ts'

export const SIGNER = { apiKey: API_KEY, apiSecret: Redacted.make(API_SECRET) }

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
export const hashOf = (body: string): string => createHash('sha256').update(body).digest('base64')

/** What LiveKit's own sender makes: the SDK's token with the hash of the body. */
export const genuine = async (body: string, ttlS = 300): Promise<string> => {
  const token = new AccessToken(API_KEY, API_SECRET, { ttl: ttlS })
  token.sha256 = hashOf(body)
  return token.toJwt()
}

export interface Odd {
  readonly alg?: string
  readonly digest?: 'sha256' | 'sha384' | 'sha512' | null
  readonly secret?: string
  readonly header?: object
  readonly claims?: Readonly<Record<string, unknown>>
  readonly nowMs?: number
}

/** A token over the body in which something may be different. A claim that is undefined is left out. */
export const odd = (
  body: string,
  {
    alg = 'HS256',
    digest = 'sha256',
    secret = API_SECRET,
    header = {},
    claims = {},
    nowMs = Date.now(),
  }: Odd = {},
): string => {
  const now = Math.floor(nowMs / 1000)
  const all = { iss: API_KEY, nbf: now, exp: now + 300, sha256: hashOf(body), ...claims }
  const signed = `${part({ alg, typ: 'JWT', ...header })}.${part(all)}`
  const signature = digest === null ? '' : createHmac(digest, secret).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

let counter = 0
export const newId = (): string => `EV_${(counter += 1)}`

export const egressEvent = (more: Readonly<Record<string, unknown>> = {}, info: object = {}): string =>
  JSON.stringify({
    event: 'egress_updated',
    id: newId(),
    createdAt: '1700000000',
    egressInfo: {
      egressId: 'EG_1',
      roomName: 'stage',
      status: 'EGRESS_ACTIVE',
      updatedAt: '1700000000123456789',
      ...info,
    },
    ...more,
  })
