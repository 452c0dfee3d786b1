// The accepted end of an open session, as a statement for the transaction of the command that causes it.
// Archiving, and ends that no command causes, are the recorder's.

import type { EndTrigger } from '../domain/reasons.ts'
import type { Statement } from './database.ts'

/** The first end stays: a session that has one, or is archived, is not changed. */
export const intendEnd = (sessionNo: number, { reason, at, detail }: EndTrigger): Statement => ({
  sql: `UPDATE sessions SET ending_reason = ?1, ending_at = ?2, ending_detail = ?3
WHERE no = ?4 AND archived_at IS NULL AND ending_reason IS NULL`,
  args: [reason, at, detail, sessionNo],
})
