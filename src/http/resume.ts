// Where a stream goes on: the id that a client got last, which is a plain decimal number or nothing at all.

import { Problem } from './problems.ts'

const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/

/** Null when none was sent. */
export const resumeFrom = (text: string | undefined): number | null => {
  if (text === undefined || text === '') return null
  const id = DECIMAL.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(id))
    throw new Problem('last_event_id_invalid', { detail: 'Expected a decimal number.' })
  return id
}
