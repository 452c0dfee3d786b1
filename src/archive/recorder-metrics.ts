// What the recorder counts for `/metrics`. Updated once a commit, never once an event.

import * as Metric from 'effect/Metric'
import type * as Context from 'effect/Context'
import type { DurableNews } from './hand-over.ts'

export const frames = Metric.counter('recorder_frames', {
  description: 'frames made durable',
  incremental: true,
})
export const bytes = Metric.counter('recorder_bytes', {
  description: 'bytes of those frames, as they came',
  incremental: true,
})
export const dropped = Metric.counter('recorder_dropped_frames', {
  description: 'frames of a session that another owner has, or that was over long before',
  incremental: true,
})
export const historyDuplicates = Metric.counter('recorder_history_duplicates', {
  description: 'messages that a reconnect replayed and that were there already',
  incremental: true,
})

export const count = (news: DurableNews, context: Context.Context<never>): void => {
  frames.updateUnsafe(news.frames, context)
  bytes.updateUnsafe(news.bytes, context)
  if (news.dropped > 0) dropped.updateUnsafe(news.dropped, context)
  if (news.historyDuplicates > 0) historyDuplicates.updateUnsafe(news.historyDuplicates, context)
}
