// The keys that seal secrets, as a backup speaks of them: by name, and by a value that shows whether another key of
// that name is the same one without showing anything of it.

import { createHmac } from 'node:crypto'
import { parseKeys } from '../db/seal.ts'

export interface KeyMark {
  readonly id: string
  /** Null: the key was not at hand. */
  readonly check: string | null
}

const CHECK = 'roomkeeper backup'
const CHECK_CHARACTERS = 16

const checksOf = (ring: string | null): ReadonlyMap<string, string> => {
  const keys = ring === null ? null : parseKeys(ring.trim())
  return new Map(
    [...(keys?.keys ?? [])].map(([id, key]) => [
      id,
      createHmac('sha256', key).update(CHECK).digest('hex').slice(0, CHECK_CHARACTERS),
    ]),
  )
}

/** What a backup says of the keys it needs. */
export const markKeys = (needed: readonly string[], ring: string | null): readonly KeyMark[] => {
  const checks = checksOf(ring)
  return needed.map((id) => ({ id, check: checks.get(id) ?? null }))
}

/** Names of those that this ring does not have, or has another key for. */
export const missingFrom = (ring: string | null, needed: readonly KeyMark[]): readonly string[] => {
  const checks = checksOf(ring)
  return needed.flatMap(({ id, check }) => {
    const own = checks.get(id)
    return own === undefined || (check !== null && own !== check) ? [id] : []
  })
}
