// The ingest of the writer thread: what the recorder hands over, in order, into rows and news. It knows every
// session that is being recorded and the connections into it. When to commit is the loop's business.

import type { Ingest, Say } from '../../db/writer-port.ts'
import type { Decoder } from '../decoder.ts'
import { unpackFrames, type FromIngest, type HandedFrame, type ToIngest } from '../hand-over.ts'
import type { Answers } from './batch-rows.ts'
import { Gathering } from './gathering.ts'
import { takeIn, type Intake } from './intake.ts'
import { News } from './news.ts'
import { Recording } from './recording.ts'

/** Sessions that are over and still known, so that what is late for them finds its place. */
const OVER_MAX = 64

interface TapState {
  readonly recording: Recording
  readonly conn: number
}

export const makeIngest = (decoder: Decoder, post: Say): Ingest => {
  const say = (message: FromIngest): void => post(message)
  const recordings = new Map<number, Recording>()
  const taps = new Map<number, TapState>()
  /** Those that nobody records any more, the oldest first. */
  const over = new Set<Recording>()
  const news = new News(say)

  const answers: Answers = {
    lines: (no, lines) => news.lines(no, lines),
    standing: (recording, epoch, isArchived) => {
      recording.archived = isArchived
      if ((epoch !== null && epoch <= recording.epoch) || recording.fenced) return
      recording.fenced = true
      end(recording)
      say({ type: 'fenced', no: recording.no })
    },
  }
  const gathering = new Gathering(decoder, answers, (frames) => news.durable(frames))

  const frame = ({ tap, kind, at, bytes }: HandedFrame): void => {
    const state = taps.get(tap)
    if (state === undefined || state.recording.fenced) {
      news.dropped(state?.recording.no ?? null, bytes.byteLength)
      return
    }
    const { recording, conn } = state
    const intake: Intake = takeIn(decoder, recording, { tap, conn, kind, at, bytes })
    gathering.add(intake)
    for (const { action, history } of intake.controls) say({ type: 'control', tap, action, at, history })
  }

  const forget = (recording: Recording): void => {
    over.delete(recording)
    if (recordings.get(recording.no) === recording) recordings.delete(recording.no)
    for (const [tap, state] of taps) if (state.recording === recording) taps.delete(tap)
  }

  const end = (recording: Recording): void => {
    over.add(recording)
    const [oldest] = over
    if (over.size > OVER_MAX && oldest !== undefined) forget(oldest)
  }

  /** The same session again: after its actor was restarted the memory here is newer than any row. */
  const own = (no: number, epoch: number): Recording | null => {
    const known = recordings.get(no)
    if (known === undefined) return null
    over.delete(known)
    known.epoch = Math.max(known.epoch, epoch)
    known.fenced = false
    return known
  }

  const accept = (message: ToIngest): void => {
    if (message instanceof ArrayBuffer) {
      for (const handed of unpackFrames(message)) frame(handed)
      return
    }
    switch (message.type) {
      case 'session':
        if (own(message.no, message.epoch) === null) {
          recordings.set(message.no, new Recording(message.no, message.epoch, message.restored))
        }
        return
      case 'own':
        own(message.no, message.epoch)
        return
      case 'tap': {
        const recording = recordings.get(message.no)
        if (recording !== undefined) taps.set(message.tap, { recording, conn: message.conn })
        return
      }
      case 'untap':
        return say({ type: 'untapped', tap: message.tap })
      case 'flush':
        return gathering.whenDurable(() => news.flushed(message.id))
      case 'follow': {
        const recording = recordings.get(message.no)
        if (recording !== undefined) recording.followed = message.on
        return
      }
      case 'archived': {
        const recording = recordings.get(message.no)
        if (recording === undefined) return
        recording.archived = true
        return end(recording)
      }
    }
  }

  return { accept: (message) => accept(message as ToIngest), take: () => gathering.take() }
}
