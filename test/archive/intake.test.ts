// One frame after another into a session in memory: which messages are new, by their ids and by their bytes.

import { describe, expect, it } from 'vitest'
import { takeIn, type Intake } from '../../src/archive/ingest/intake.ts'
import { Recording } from '../../src/archive/ingest/recording.ts'
import { SEQ_MAX } from '../../src/domain/session.ts'
import * as tiktok from '../../src/tiktok/decode.ts'
import { chats, head } from '../_support/archive.ts'
import { buildFrame, type FrameOptions } from '../_support/tiktok/frames.ts'
import { person } from '../_support/tiktok/ids.ts'
import { chat, intro, type Message } from '../_support/tiktok/messages.ts'

const into =
  (recording: Recording) =>
  (messages: readonly Message[], options: FrameOptions = {}): Intake =>
    takeIn(tiktok, recording, {
      tap: 1,
      conn: 1,
      kind: 'push',
      at: 1,
      bytes: buildFrame(messages, options).bytes,
    })

const idsOf = (intake: Intake): readonly string[] => intake.events.map(({ msgId }) => msgId)

describe('messages that share an id', () => {
  const first = intro(head('77', 1), person(1), 'welcome')
  const second = intro(head('77', 2), person(1), 'welcome to the next one')

  it('are both kept when their bytes differ, the second under an id of ours, each once', () => {
    const frame = into(new Recording(1, 1, null))
    expect(idsOf(frame([first]))).toEqual(['77'])
    const ids = idsOf(frame([second]))
    expect(ids).toEqual([expect.stringMatching(/^-\d+$/)])
    expect(frame([second, first]).events).toHaveLength(0)
    // The id is made of what the message says, so a repeated batch finds it again.
    const again = into(new Recording(1, 1, null))
    expect(idsOf(again([first, second]))).toEqual(['77', ...ids])
  })

  it('are one message when one of them is a replay, which may be written anew', () => {
    const frame = into(new Recording(1, 1, null))
    frame([first])
    const replay = frame([second], { history: true })
    expect(replay.events).toHaveLength(0)
    expect(replay.historyDuplicates).toBe(1)
  })

  it('are one message when the message is counted: it must not count twice', () => {
    const frame = into(new Recording(1, 1, null))
    frame([chat(head('78', 1), person(1), 'hello')])
    expect(frame([chat(head('78', 2), person(1), 'hello again')]).events).toHaveLength(0)
  })

  it('are one message after a restart, which knows ids without bytes', () => {
    const recording = new Recording(1, 1, null)
    recording.known.add('77')
    const frame = into(recording)
    expect(frame([second]).events).toHaveLength(0)
  })
})

describe('a session at its last number', () => {
  it('takes nothing more, and nothing of it gets a number of the next session', () => {
    const recording = new Recording(1, 1, null)
    recording.seq = SEQ_MAX - 1
    const frame = into(recording)
    const last = frame(chats(2))
    expect(last.events.map(({ seq }) => seq)).toEqual([SEQ_MAX])
    expect(last.poison.map((row) => row[5])).toEqual(['Unfit: the session is full'])

    recording.seq = 0
    recording.frameSeq = SEQ_MAX - 1
    const beyond = [frame(chats(1)), frame(chats(1))]
    expect(beyond.map(({ frameSeq }) => frameSeq <= SEQ_MAX)).toEqual([true, true])
    expect(beyond.flatMap(({ events }) => events)).toEqual([])
  })
})
