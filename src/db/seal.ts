// Secrets at rest: AES-256-GCM, one text per secret: `gcm1.<key id>.<base64url of iv, ciphertext and tag>`.
// The first key of the ring seals, every key opens, so a key is changed by putting a new one in front.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export interface KeyRing {
  /** By id, the sealing key first. Never empty. */
  readonly keys: ReadonlyMap<string, Uint8Array>
}

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const PREFIX = 'gcm1'

/**
 * Reads `v2:<base64>,v1:<base64>`, each key 32 bytes. Null when it is not that; the text is never repeated.
 */
export const parseKeys = (text: string): KeyRing | null => {
  const keys = new Map<string, Uint8Array>()
  for (const part of text.split(',')) {
    const [, id, encoded] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(part) ?? []
    if (id === undefined || encoded === undefined || keys.has(id)) return null
    const key = Buffer.from(encoded, 'base64')
    if (key.length !== KEY_BYTES) return null
    keys.set(id, key)
  }
  return { keys }
}

/** `about` is bound to the secret: it opens only for the same column of the same row. */
export const seal = (ring: KeyRing, about: string, secret: string): string => {
  const [first] = ring.keys
  if (first === undefined) throw new Error('a key ring without keys')
  const [id, key] = first
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(about),
  )
  const sealed = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${PREFIX}.${id}.${sealed.toString('base64url')}`
}

/** Null when no key of the ring sealed it, when it was sealed for something else, or when it was changed. */
export const unseal = (ring: KeyRing, about: string, sealed: string): string | null => {
  const [prefix, id, encoded, ...rest] = sealed.split('.')
  const key = ring.keys.get(id ?? '')
  if (prefix !== PREFIX || key === undefined || encoded === undefined || rest.length > 0) return null
  const bytes = Buffer.from(encoded, 'base64url')
  if (bytes.length < IV_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return null
  }
}

/** Whether it was sealed with a key that seals no more: sealing it again brings it up to date. */
export const isStale = (ring: KeyRing, sealed: string): boolean => {
  const [first] = ring.keys.keys()
  return sealed.split('.')[1] !== first
}
