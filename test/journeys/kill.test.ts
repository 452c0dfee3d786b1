// kill -9 at any moment, fifty times: what was promised is there, each broadcast is one session, the file is whole.

import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openConnection, type Connection } from '../../src/db/client.ts'
import type { Promised } from '../_support/archive-child.ts'
import { tempFolder } from '../_support/db.ts'
import { seeded } from '../_support/tiktok/ids.ts'

const entry = fileURLToPath(new URL('../_support/archive-child.ts', import.meta.url))

interface Life {
  /** Killed by the test so long after the start, or after so many promises and a moment; else by itself. */
  readonly afterStartMs: number | null
  readonly afterPromises: number | null
  readonly momentMs: number
  readonly killAtStatement: number
}

/** All that the lives of one database were promised. */
class Ledger {
  readonly acked: string[] = []
  readonly opened = new Map<number, string>()
  readonly archived: number[] = []
  ready = 0
  recovered = 0
  killed = 0

  hear(promised: Promised): void {
    if ('acked' in promised) this.acked.push(...promised.acked)
    else if ('opened' in promised) this.opened.set(promised.opened, promised.broadcast)
    else if ('archived' in promised) this.archived.push(promised.archived)
    else if ('recovered' in promised) this.recovered += 1
    else this.ready += 1
  }
}

const live = (folder: string, ledger: Ledger, life: Life): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, folder, String(life.killAtStatement)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let timer: NodeJS.Timeout | null = null
    let promises = 0
    const killAfter = (ms: number): void => {
      timer ??= setTimeout(() => child.kill('SIGKILL'), ms)
    }
    createInterface(child.stdout).on('line', (line) => {
      // The last line of a killed process may be cut off: half a promise is none.
      if (!line.endsWith('}')) return
      const promised = JSON.parse(line) as Promised
      ledger.hear(promised)
      promises += 1
      if (life.afterPromises !== null && promises >= life.afterPromises) killAfter(life.momentMs)
    })
    if (life.afterStartMs !== null) killAfter(life.afterStartMs)
    child.on('close', (code, signal) => {
      if (timer !== null) clearTimeout(timer)
      if (signal === 'SIGKILL') {
        ledger.killed += 1
        resolve()
      } else reject(new Error(`the child was not killed but ended with ${code ?? signal}`))
    })
  })

const numbers = async (connection: Connection, sql: string): Promise<number> =>
  Number((await connection.query(sql)).rows[0]?.['n'])

const check = async (folder: string, ledger: Ledger): Promise<void> => {
  // Checkpoints really ran between the kills (D08): rows are in the file, not only in its log.
  expect(statSync(join(folder, 'roomkeeper.db')).size).toBeGreaterThan(200_000)
  const connection = await openConnection({ url: `file:${join(folder, 'roomkeeper.db')}`, mode: 'write' })
  try {
    const { rows: integrity } = await connection.query('PRAGMA integrity_check')
    expect(integrity).toEqual([{ integrity_check: 'ok' }])
    expect((await connection.query('PRAGMA foreign_key_check')).rows).toEqual([])

    const { rows } = await connection.query('SELECT CAST(msg_id AS TEXT) AS id FROM events')
    const stored = new Set(rows.map((row) => row['id']))
    expect(ledger.acked.filter((id) => !stored.has(id))).toEqual([])
    expect(stored.size).toBe(rows.length)

    const sessions = await connection.query('SELECT no, broadcast_id, archived_at, end_reason FROM sessions')
    const byNo = new Map(sessions.rows.map((row) => [Number(row['no']), row]))
    for (const [no, broadcast] of ledger.opened)
      expect(byNo.get(no)).toMatchObject({ broadcast_id: broadcast })
    for (const no of ledger.archived) expect(byNo.get(no)).toMatchObject({ end_reason: 'stream_end' })
    expect(
      await numbers(connection, 'SELECT count(*) - count(DISTINCT broadcast_id) AS n FROM sessions'),
    ).toBe(0)
    // At most one a room is open, the ones of the last life; every other has one archive that is done.
    expect(
      await numbers(connection, 'SELECT count(*) AS n FROM sessions WHERE archived_at IS NULL'),
    ).toBeLessThanOrEqual(2)
    expect(
      await numbers(
        connection,
        `SELECT count(*) AS n FROM sessions s WHERE (archived_at IS NOT NULL) <>
(SELECT count(*) FROM archive_attempts a WHERE a.session_no = s.no AND outcome = 'done')`,
      ),
    ).toBe(0)
    // No half batch: frames have all of their messages, and the row of each session counts what is there.
    const halves = `SELECT count(*) AS n FROM (SELECT frame_id FROM events GROUP BY frame_id HAVING count(*) <> 5)`
    expect(await numbers(connection, halves)).toBe(0)
    const miscounted = `SELECT count(*) AS n FROM sessions s WHERE
event_count <> (SELECT count(*) FROM events e WHERE e.id >> 26 = s.no AND late = 0)
OR received <> event_count + duplicates + poison OR frames * 5 <> received
OR gift_value <> (SELECT coalesce(sum(value * count), 0) FROM gifts g WHERE g.session_no = s.no)
OR (archived_at IS NOT NULL AND json_extract(report_json, '$.stored') <> event_count)`
    expect(await numbers(connection, miscounted)).toBe(0)
    expect(
      await numbers(
        connection,
        'SELECT count(*) AS n FROM events e LEFT JOIN frames f ON f.id = e.frame_id WHERE f.id IS NULL',
      ),
    ).toBe(0)
    expect(
      await numbers(connection, `SELECT count(*) AS n FROM journal WHERE name = 'session.archived'`),
    ).toBe(await numbers(connection, 'SELECT count(*) AS n FROM sessions WHERE archived_at IS NOT NULL'))
  } finally {
    connection.close()
  }
}

/** Fifty lives in two chains side by side: one core each. */
const RANDOM_LIVES = 12
const STARTS = 5
/** Statements of an archive transaction, its journal entry and the commit, and one more. */
const STATEMENTS = 8

const life = (how: Partial<Life>): Life => ({
  afterStartMs: null,
  afterPromises: null,
  momentMs: 0,
  killAtStatement: 0,
  ...how,
})

const run = async (lives: readonly Life[]): Promise<Ledger> => {
  const folder = tempFolder()
  onTestFinished(() => folder.remove())
  const ledger = new Ledger()
  for (const life of lives) await live(folder.path, ledger, life)
  await check(folder.path, ledger)
  expect(ledger.killed).toBe(lives.length)
  return ledger
}

describe('kill -9', () => {
  it('D05 D06 D07 D08: at any moment loses nothing that was acknowledged and leaves one session a broadcast', async () => {
    const random = seeded(20_261_121)
    const below = (limit: number): number => Math.floor(random() * limit)
    const chain = (): Life[] => [
      ...Array.from({ length: RANDOM_LIVES }, () =>
        life({ afterPromises: 1 + below(40), momentMs: below(30) }),
      ),
      // Five in a row while it starts, migrates, checks and recovers (D07).
      ...Array.from({ length: STARTS }, () => life({ afterStartMs: 150 + below(700) })),
      // Before each statement of an archive, whether of a recovery or of an end (D06).
      ...Array.from({ length: STATEMENTS }, (_, n) => life({ killAtStatement: n + 1 })),
    ]
    const chains = [chain(), chain()]
    expect(chains.flat()).toHaveLength(50)
    const ledgers = await Promise.all(chains.map(run))
    for (const ledger of ledgers) {
      expect(ledger.acked.length).toBeGreaterThan(100)
      expect(ledger.archived.length).toBeGreaterThan(2)
      expect(ledger.recovered).toBeGreaterThan(5)
    }
    const sum = (of: (ledger: Ledger) => number) => ledgers.reduce((total, ledger) => total + of(ledger), 0)
    console.log(
      `50 kills: ${sum((l) => l.acked.length)} acknowledged messages, ${sum((l) => l.opened.size)} sessions opened, ` +
        `${sum((l) => l.archived.length)} archived, ${sum((l) => l.recovered)} recovered`,
    )
  }, 600_000)
})
