// Seals an answer that is kept for its Idempotency-Key. The answer may hold a new owner token, so what is kept
// can be read only with the token that asked: the key is derived from it, and the table has only its digest.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const IV_BYTES = 12
const TAG_BYTES = 16
const PREFIX = 'gcm1.'

const keyOf = (bearer: string): Buffer =>
  Buffer.from(hkdfSync('sha256', bearer, '', 'roomkeeper idempotent answer', 32))

/** `about` is bound to the text: it opens only for the same owner and key. */
export const seal = (bearer: string, about: string, text: string): string => {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(bearer), iv).setAAD(Buffer.from(about))
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return PREFIX + sealed.toString('base64url')
}

/** Null when it was sealed with another token, for something else, or was changed. */
export const unseal = (bearer: string, about: string, sealed: string): string | null => {
  if (!sealed.startsWith(PREFIX)) return null
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url')
  if (bytes.length < IV_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', keyOf(bearer), bytes.subarray(0, IV_BYTES))
  decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    )
  } catch {
    return null
  }
}
