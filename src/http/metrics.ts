// The server in numbers, as Prometheus reads them. Gauges are read when they are asked for; only answers are
// counted here. No handle, title, token or key is a label: whoever may read this sees sizes, not tenants.

import * as Context from 'effect/Context'
import { assetFamilies } from './asset-metrics.ts'
import * as recorded from '../archive/recorder-metrics.ts'
import { ROOM_STATES } from '../domain/room.ts'
import type { HttpDeps } from './deps.ts'
import type { Denials } from './denials.ts'
import { counter, gauge, one, written, type Family, type Sample } from './metric-families.ts'
import type { LoopDelay } from './loop-delay.ts'
import type { OutboundCounts } from './outbound-metrics.ts'
import type { Streams } from './streams.ts'
import { webhookFamilies } from './webhook-metrics.ts'

/** Answers by operation and status. Operations are a closed set, so the table is bounded. */
export class Answered {
  readonly #counts = new Map<string, number>()

  count(operation: string, status: number): void {
    const key = `${operation} ${status}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  samples(): readonly Sample[] {
    return [...this.#counts].map(([key, value]): Sample => {
      const [operation = '', status = ''] = key.split(' ')
      return [{ operation, status }, value]
    })
  }
}

export interface Measured {
  readonly deps: HttpDeps
  readonly streams: Streams
  readonly denials: Denials
  readonly answered: Answered
  readonly loop: LoopDelay
  readonly outbound: OutboundCounts
}

const roomsByState = ({ rooms }: HttpDeps): readonly Sample[] => {
  const counts = new Map(ROOM_STATES.map((state) => [state, 0]))
  for (const { state } of rooms.list()) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => [{ state }, count])
}

/** What the recorder counted in this process. */
const counted = (metric: typeof recorded.frames): readonly Sample[] =>
  one(metric.valueUnsafe(Context.empty()).count)

/** What came in and was made durable; rates are of now, totals since the start. */
const recording = ({ rooms, database }: HttpDeps): readonly Family[] => {
  const sessions = rooms.list().flatMap(({ session }) => session ?? [])
  const { commits, rows, dbStallMs } = database.health()
  return [
    gauge('sessions_open', 'Sessions that are recorded or not archived yet.', one(sessions.length)),
    gauge(
      'events_per_second',
      'Events that are received now, in all sessions.',
      one(sessions.reduce((sum, { eventsPerSecond }) => sum + eventsPerSecond, 0)),
    ),
    counter('frames_total', 'Frames made durable.', counted(recorded.frames)),
    counter('frame_bytes_total', 'Bytes of those frames, as they came.', counted(recorded.bytes)),
    counter(
      'frames_dropped_total',
      'Frames of a session that another owner has, or that was over long before.',
      counted(recorded.dropped),
    ),
    counter(
      'history_duplicates_total',
      'Messages that a reconnect replayed and that were there already.',
      counted(recorded.historyDuplicates),
    ),
    counter('writer_commits_total', 'Transactions of the writer.', one(commits)),
    counter('writer_rows_total', 'Rows that they changed.', one(rows)),
    gauge('writer_stall_seconds', 'The longest commit of the last minute, or of now.', one(dbStallMs / 1000)),
  ]
}

const families = ({ deps, streams, denials, answered, loop, outbound }: Measured): readonly Family[] => {
  const writer = deps.database.health()
  const budget = deps.rooms.signBudget()
  const delay = loop.read()
  const memory = process.memoryUsage()
  return [
    gauge('info', 'What runs.', [[{ version: deps.version, node: process.versions.node }, 1]]),
    gauge('rooms', 'Rooms by state.', roomsByState(deps)),
    ...recording(deps),
    ...outbound.families(deps.live),
    gauge('writer_queued_bytes', 'Bytes received and not yet durable.', one(writer.queuedBytes)),
    gauge('writer_queued_frames', 'Frames received and not yet durable.', one(writer.queuedFrames)),
    gauge('writer_oldest_seconds', 'Age of the oldest of them.', one(writer.oldestMs / 1000)),
    gauge('writer_failing', '1 while writes fail and sources are held back.', one(writer.failing ? 1 : 0)),
    gauge('writer_wal_bytes', 'Size of the write-ahead log.', one(writer.walBytes)),
    ...assetFamilies(),
    ...webhookFamilies(deps.webhooks),
    gauge('writer_ack_seconds', 'From arrival to durable, over the last minute.', [
      [{ quantile: '0.5' }, writer.ackP50Ms / 1000],
      [{ quantile: '0.99' }, writer.ackP99Ms / 1000],
    ]),
    gauge('loop_delay_seconds', 'Lateness of timers on the main thread, over half a minute.', [
      [{ quantile: '0.5' }, delay.p50Ms / 1000],
      [{ quantile: '0.99' }, delay.p99Ms / 1000],
      [{ quantile: '1' }, delay.maxMs / 1000],
    ]),
    gauge('memory_rss_bytes', 'Resident memory.', one(memory.rss)),
    gauge('memory_heap_used_bytes', 'JavaScript heap in use on the main thread.', one(memory.heapUsed)),
    gauge('uptime_seconds', 'Since the process started.', one(process.uptime())),
    gauge('sign_budget_per_minute', 'Sign requests that all rooms share.', one(budget.perMinute)),
    gauge('sign_budget_available', 'Sign requests that could be made now.', one(budget.available)),
    gauge('sign_budget_waiting', 'Rooms that wait for a sign request.', one(budget.waiting)),
    gauge('sign_keys', 'Keys of the sign server.', one(budget.keys.length)),
    gauge(
      'sign_keys_cooling',
      'Keys that rest after a refusal.',
      one(
        budget.keys.filter(({ coolingUntil }) => coolingUntil !== null && coolingUntil > Date.now()).length,
      ),
    ),
    gauge('exports_running', 'Exports under way, each in a thread of its own.', one(deps.exporter.running())),
    gauge('sse_clients', 'Open event streams.', one(streams.size)),
    gauge('sse_waiting_bytes', 'Bytes that wait for slow streams.', one(streams.waitingBytes)),
    counter(
      'sse_ended_total',
      'Streams that ended, by reason.',
      Object.entries(streams.ended).map(([reason, count]) => [{ reason }, count]),
    ),
    counter('http_answers_total', 'Answers by operation and status.', answered.samples()),
    gauge(
      'audit_unwritten',
      'Denied requests since the last audit row that have none of their own.',
      one(denials.unwritten),
    ),
  ]
}

export const prometheus = (measured: Measured): string => written(families(measured))
