// What the driver throws, in our words: which kind of trouble, and whether the change can be on disk all
// the same. Values never get into a message; names of tables and columns may.

import { Failure, type DbFailure } from './failure.ts'

/** Where it happened. `elsewhere`: on a server, in one round trip, whose answer may be what was lost. */
export type Phase = 'begin' | 'run' | 'commit' | 'elsewhere'

const KINDS: Readonly<Record<string, DbFailure['kind']>> = {
  SQLITE_BUSY: 'busy',
  SQLITE_LOCKED: 'busy',
  SQLITE_FULL: 'full',
  SQLITE_READONLY: 'readonly',
  SQLITE_CONSTRAINT: 'constraint',
  SQLITE_IOERR: 'io',
  SQLITE_CANTOPEN: 'io',
  SQLITE_CORRUPT: 'io',
  SQLITE_NOTADB: 'io',
  SQLITE_NOMEM: 'io',
  SQLITE_PROTOCOL: 'io',
  SQLITE_PERM: 'io',
  SQLITE_INTERRUPT: 'io',
  SQLITE_AUTH: 'io',
  CLIENT_CLOSED: 'closed',
  // SQLite rolled the transaction back by itself, which it does after I/O errors only.
  TRANSACTION_CLOSED: 'io',
}

const textOf = (error: unknown, name: string): string | null => {
  const value: unknown = Object.getOwnPropertyDescriptor(error ?? {}, name)?.value
  return typeof value === 'string' ? value : null
}

/** SQLite quotes pieces of SQL, and so perhaps literals, but never bound values. */
const scrub = (message: string): string =>
  message
    .replace(/^(SQLITE_\w+: )+/, '')
    .replace(/'[^']*'|"[^"]*"/g, '…')
    .replace(/[0-9]{3,}/g, '…')
    .slice(0, 160)

export const failureOf = (error: unknown, phase: Phase): Failure => {
  if (error instanceof Failure) return error
  const code = textOf(error, 'code') ?? ''
  const base = /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code
  const known = KINDS[base]
  if (known === undefined && (base.startsWith('SQLITE_') || error instanceof RangeError)) {
    return new Failure(
      'sql',
      `${base || 'RangeError'}: ${scrub(error instanceof Error ? error.message : '')}`,
    )
  }
  if (known === undefined) {
    // No code of SQLite's: the way to the server broke, or the server did.
    const outcome = phase === 'elsewhere' || phase === 'commit' ? 'unknown' : 'failed'
    const isRemote = phase === 'elsewhere' || /^(HRANA|SERVER|PROTOCOL|INTERNAL|UNKNOWN)/.test(code)
    const what = error instanceof Error ? error.name : 'error'
    if (!isRemote && phase === 'begin') return new Failure('io', 'the file cannot be opened')
    if (!isRemote && what === 'TypeError' && phase !== 'commit') {
      return new Failure('sql', 'a value that the database cannot take')
    }
    return new Failure('io', `the database did not answer (${code || what})`, outcome)
  }
  const detail = known === 'constraint' || known === 'busy' ? scrub((error as Error).message) : ''
  const name = textOf(error, 'extendedCode') ?? code
  const certain = phase === 'begin' || phase === 'run' || known === 'busy' || known === 'constraint'
  return new Failure(known, detail === '' ? name : `${name}: ${detail}`, certain ? 'failed' : 'unknown')
}
