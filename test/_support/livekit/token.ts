// LiveKit's tokens, made and judged with nothing but node:crypto, so that the SDK's own code is not its judge.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export interface Grants {
  readonly roomRecord?: boolean
  readonly roomList?: boolean
  readonly roomCreate?: boolean
  readonly roomAdmin?: boolean
  readonly ingressAdmin?: boolean
  readonly room?: string
}

export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly exp?: number
  readonly nbf?: number
  readonly sha256?: string
  readonly video?: Grants
}

const LEEWAY_S = 60

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** HMAC with any of the three hashes, or none: what forgers try as well. */
export type Algorithm = 'HS256' | 'HS384' | 'HS512' | 'none'

export const signToken = (claims: Claims, secret: string, alg: Algorithm = 'HS256'): string => {
  const text = `${part({ alg, typ: 'JWT' })}.${part(claims)}`
  if (alg === 'none') return `${text}.`
  const mac = createHmac(`sha${alg.slice(2)}`, secret)
    .update(text)
    .digest('base64url')
  return `${text}.${mac}`
}

/** The token that comes with a webhook of this body. */
export const webhookToken = (
  body: string,
  key: string,
  secret: string,
  more: { readonly alg?: Algorithm; readonly claims?: Claims } = {},
): string => {
  const now = Math.floor(Date.now() / 1_000)
  const sha256 = createHash('sha256').update(body).digest('base64')
  return signToken({ iss: key, nbf: now, exp: now + 300, sha256, ...more.claims }, secret, more.alg)
}

/** Whose token it is and what it allows, or LiveKit's words of refusal. They repeat the token, as its server does. */
export const judgeToken = (
  header: string | undefined,
  secretOf: (key: string) => string | undefined,
): { readonly claims: Claims } | { readonly refused: string } => {
  if (header === undefined || !header.startsWith('Bearer '))
    return { refused: 'invalid authorization header' }
  const token = header.slice('Bearer '.length)
  const [head = '', body = '', mac = ''] = token.split('.')
  let alg: unknown
  let claims: Claims
  try {
    alg = (JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: unknown }).alg
    claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
  } catch {
    return { refused: 'invalid authorization token' }
  }
  const secret = secretOf(claims.iss ?? '')
  if (secret === undefined) return { refused: `invalid API key: ${claims.iss ?? ''}` }
  const refused = (why: string) => ({ refused: `invalid token: ${token}, error: ${why}` })
  if (alg !== 'HS256') return refused('unexpected signature algorithm')
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest()
  const given = Buffer.from(mac, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return refused('go-jose/go-jose: error in cryptographic primitive')
  }
  const now = Date.now() / 1_000
  if (claims.exp === undefined || now > claims.exp + LEEWAY_S) return refused('token is expired (exp)')
  if (claims.nbf !== undefined && now < claims.nbf - LEEWAY_S) return refused('token not valid yet (nbf)')
  return { claims }
}
