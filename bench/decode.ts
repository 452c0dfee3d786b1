// CPU per captured message: our reader, which keeps the columns and skips the rest, beside the full decoder.

import { gunzipSync } from 'node:zlib'
import * as P from 'tiktok-live-proto/v3'
import { decodeMessage, readFetchResult, readPushFrame } from '../src/tiktok/decode.ts'
import type { Bench } from './figures.ts'
import { median } from './figures.ts'
import { loadFrames, loadMessages } from './load-frames.ts'

const codecs: Readonly<Record<string, unknown>> = { ...P }

const cpuUs = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

export const bench: Bench = ({ quick }) => {
  const rounds = quick ? 5 : 30
  const messages = loadMessages(0).filter(({ method }) => method in codecs)
  const frames = loadFrames({ messages: quick ? 500 : 1902, perFrame: 5 }).frames.map(({ bytes }) => bytes)
  const ways: readonly (readonly [string, number, () => void])[] = [
    [
      'messages, ours',
      messages.length,
      () => {
        for (const { method, payload } of messages) decodeMessage(method, payload, '1', false)
      },
    ],
    [
      'messages, full decoder',
      messages.length,
      () => {
        for (const { method, payload } of messages)
          (codecs[method] as typeof P.WebcastChatMessage).decode(payload)
      },
    ],
    [
      'frames of 5, gunzip alone',
      frames.length * 5,
      () => {
        for (const frame of frames) gunzipSync(readPushFrame(frame).payload)
      },
    ],
    [
      'frames of 5, gunzip and ours',
      frames.length * 5,
      () => {
        for (const frame of frames)
          for (const { method, payload } of readFetchResult(gunzipSync(readPushFrame(frame).payload))
            .messages)
            decodeMessage(method, payload, '1', false)
      },
    ],
  ]
  // Every way in every round: what else the machine does falls on all of them.
  const samples = ways.map((): number[] => [])
  for (let round = 0; round < rounds + 3; round += 1)
    for (const [index, [, count, work]] of ways.entries()) {
      const us = cpuUs(work) / count
      if (round >= 3) samples[index]!.push(us)
    }
  const us = samples.map(median)
  const ratio = us[1]! / us[0]!
  return Promise.resolve([
    {
      title: `Decoding ${messages.length} captured messages (median of ${rounds} rounds)`,
      columns: ['way', 'CPU µs/message'],
      rows: ways.map(([name], index) => [name, us[index]!]),
      aims: [{ what: 'full decoder ÷ ours', value: ratio.toFixed(1), met: ratio > 1 }],
    },
  ])
}
