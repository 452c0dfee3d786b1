// The disk of a simulated machine: the product's own SQL on an in-memory SQLite, behind a writer that commits a
// little later and can refuse, lose an answer, stand still, or lose what was not committed when the process dies.

import { DatabaseSync, type StatementSync } from 'node:sqlite'
import * as Effect from 'effect/Effect'
import type { AuditEntry, Database, Row, SqlValue, Statement, Transaction } from '../../src/db/database.ts'
import { recording } from '../../src/db/migrations/0001-recording.ts'
import { outbound } from '../../src/db/migrations/0002-outbound.ts'
import { DbError } from '../../src/domain/errors.ts'
import type { Fact } from '../../src/domain/facts.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How writes fare. `unknown` applies the write and loses the answer, `lost` loses both. */
export type DiskMood = 'ok' | 'failing' | 'unknown' | 'lost' | 'hanging'

export interface StoredEvent {
  readonly sessionNo: number
  readonly connection: number
  readonly message: number
  readonly late: boolean
}

export interface Span {
  readonly no: number
  readonly roomId: string
  readonly openedMs: number
  archivedMs: number | null
}

const SESSION_TABLES = ['sessions', 'session_gaps', 'archive_attempts']
const ROOM_TABLES = ['rooms', 'room_handles', 'tokens', 'settings']
export const OUTBOUND_TABLES = [
  'livekit_rooms',
  'outbound_sessions',
  'egresses',
  'egress_attempts',
  'webhook_inbox',
]

/** The default time from a write to its answer. */
const COMMIT_MS = 3

class Memory {
  readonly #database = new DatabaseSync(':memory:')
  readonly #prepared = new Map<string, StatementSync>()

  constructor() {
    for (const sql of [...recording.statements, ...outbound.statements]) this.#database.exec(sql)
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  run({ sql, args = [] }: Statement): { readonly rows: readonly Row[]; readonly rowsAffected: number } {
    const statement = this.#prepared.get(sql) ?? this.#database.prepare(sql)
    this.#prepared.set(sql, statement)
    if (!/^\s*(SELECT|WITH)|RETURNING/i.test(sql)) {
      return { rows: [], rowsAffected: Number(statement.run(...(args as SqlValue[])).changes) }
    }
    const rows = statement.all(...(args as SqlValue[])) as unknown as Row[]
    return { rows, rowsAffected: rows.length }
  }
}

// One database serves every schedule; each begins with empty tables.
const memory = new Memory()

interface Waiting {
  readonly apply: () => unknown
  readonly answer: (answer: Effect.Effect<never, DbError> | Effect.Effect<unknown>) => void
}

export class FakeDisk {
  mood: DiskMood = 'ok'
  /** Archives that throw instead of answering. */
  deaths = 0
  /** How often each mood was met by a write: a fault that never fired proves nothing. */
  readonly met: Record<DiskMood, number> = { ok: 0, failing: 0, unknown: 0, lost: 0, hanging: 0 }
  readonly facts: Fact[] = []
  readonly audit: AuditEntry[] = []
  readonly events: StoredEvent[] = []
  /** When sessions truly began and ended, by a clock that nobody sets. */
  readonly spans = new Map<number, Span>()
  /** When a start was forced. */
  readonly forcedMs: number[] = []
  /** Frames that came for a session that has no row. */
  homeless = 0
  readonly #time: VirtualTime
  #queue: Waiting[] = []
  /** Facts that no commit has taken along yet. */
  #untold: Fact[] = []
  #due: (() => void) | null = null
  #held = false

  constructor(time: VirtualTime) {
    this.#time = time
    this.wipe(true)
    this.wipeOutbound()
  }

  /** Nothing is left of the sessions so far; `rooms` too when everything shall go. */
  wipe(rooms = false): void {
    if (rooms) memory.exec("UPDATE meta SET value = 0 WHERE key = 'session_no'")
    const used = this.spans.size > 0 ? SESSION_TABLES : []
    for (const table of rooms ? [...SESSION_TABLES, ...ROOM_TABLES] : used)
      memory.exec(`DELETE FROM ${table}`)
    this.facts.length = 0
    this.audit.length = 0
    this.events.length = 0
    this.forcedMs.length = 0
    this.spans.clear()
    this.homeless = 0
  }

  /** Nothing is left of what was sent out. */
  wipeOutbound(): void {
    for (const table of OUTBOUND_TABLES) memory.exec(`DELETE FROM ${table}`)
    this.facts.length = 0
    this.audit.length = 0
  }

  readonly read = (sql: string, args: readonly SqlValue[] = []): readonly Row[] =>
    memory.run({ sql, args }).rows

  readonly change = (sql: string, args: readonly SqlValue[] = []): number =>
    memory.run({ sql, args }).rowsAffected

  /** Nothing waits for a commit. */
  get isQuiet(): boolean {
    return this.#queue.length === 0 && this.#untold.length === 0
  }

  /** The process dies: what was not committed never was. */
  kill(): void {
    this.#queue = []
    this.#untold = []
    this.#due = null
    this.#held = false
  }

  heal(): void {
    this.mood = 'ok'
    if (this.#held) {
      this.#held = false
      this.#commit()
    }
  }

  /** In the writer's order. The answer comes after the commit; nobody who stops waiting takes the write back. */
  submit<A>(apply: () => A): Effect.Effect<A, DbError> {
    return Effect.callback<A, DbError>((resume) => {
      this.post(apply, resume as Waiting['answer'])
    })
  }

  /** Facts of no other change: they go with the next commit that succeeds. */
  append(facts: readonly Fact[]): void {
    this.#untold.push(...facts)
    this.post(() => null)
  }

  post(apply: () => unknown, answer: Waiting['answer'] = () => {}): void {
    this.#queue.push({ apply, answer })
    if (this.#due === null && !this.#held) this.#due = this.#time.timer(COMMIT_MS, () => this.#commit())
  }

  /** All statements, or none: a guard that changes nothing rolls them back and runs the others. */
  transact({ statements, guard, otherwise, facts, audit }: Transaction) {
    if (guard !== undefined) memory.exec('SAVEPOINT one')
    let results = statements.map((statement) => memory.run(statement))
    const applied = guard === undefined || (results[guard]?.rowsAffected ?? 0) > 0
    if (!applied) {
      memory.exec('ROLLBACK TO one')
      results = (otherwise ?? []).map((statement) => memory.run(statement))
    }
    if (audit !== undefined) {
      const outcome = !applied && audit.outcome === 'done' ? 'noop' : audit.outcome
      this.audit.push({ ...audit, outcome })
    }
    if (guard !== undefined) memory.exec('RELEASE one')
    if (applied) this.facts.push(...(facts ?? []))
    if (applied && facts?.some(({ name }) => name === 'room.forced') === true)
      this.forcedMs.push(this.#time.ms)
    return { applied, results, entries: [] }
  }

  /** As the service that the product asks. */
  get database(): Database['Service'] {
    return {
      write: (transaction) => this.submit(() => this.transact(transaction)),
      read: (sql, args) => Effect.sync(() => this.read(sql, args)),
      append: (...facts) => this.append(facts),
      subscribe: () => () => {},
      health: () => ({
        queuedBytes: 0,
        queuedFrames: 0,
        oldestMs: 0,
        lastError: null,
        failing: this.mood !== 'ok',
        ackP50Ms: 0,
        ackP99Ms: 0,
        walBytes: 0,
        walAlarm: false,
        dbStallMs: 0,
        commits: 0,
        rows: 0,
        rowsMax: 0,
      }),
    }
  }

  /** One group commit: what comes meanwhile waits for the next. */
  #commit(): void {
    this.#due = null
    const group = this.#queue
    this.#queue = []
    for (const [index, { apply, answer }] of group.entries()) {
      this.met[this.mood] += 1
      if (this.mood === 'hanging') {
        this.#queue = [...group.slice(index), ...this.#queue]
        this.#held = true
        return
      }
      const error = (outcome: 'failed' | 'unknown') =>
        Effect.fail(new DbError({ kind: outcome === 'failed' ? 'full' : 'io', outcome, message: this.mood }))
      if (this.mood === 'failing') answer(error('failed'))
      else if (this.mood === 'lost') answer(error('unknown'))
      else {
        this.facts.push(...this.#untold.splice(0))
        const value = apply()
        answer(this.mood === 'unknown' ? error('unknown') : Effect.succeed(value))
      }
    }
  }
}
