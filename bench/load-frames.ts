// The load: the captured messages again and again, each time with new ids, in gzipped frames as TikTok sends them.
// Without the captures, messages that the stand-in makes.

import { hasCaptures, readCaptures } from '../test/_support/tiktok/captures.ts'
import { buildFrame } from '../test/_support/tiktok/frames.ts'
import { seeded } from '../test/_support/tiktok/ids.ts'
import type { Message } from '../test/_support/tiktok/messages.ts'
import { syntheticMessages } from './load-synthetic.ts'

export interface LoadSpec {
  /** Messages in all, of one room. */
  readonly messages: number
  readonly perFrame: number
}

/** `logId` is what an acknowledgement of it names. */
export interface LoadFrame {
  readonly bytes: Buffer
  readonly logId: string
}

/** A control message ends or pauses the broadcast, which is not what is measured. */
const isLoad = ({ method }: Message): boolean => method !== 'WebcastControlMessage'

let base: readonly Message[] | null = null

/** Message number `round × n + i`: the captured ones in a mixed but always equal order, ids never repeated. */
export const loadMessages = (round: number): readonly Message[] => {
  base ??= shuffled((hasCaptures() ? readCaptures() : syntheticMessages()).filter(isLoad))
  const first = 7_400_000_000_000_000_000n + BigInt(round) * 10_000n
  return base.map((message, index) => ({ ...message, msgId: String(first + BigInt(index)) }))
}

/** The captures are sorted by type; a broadcast is not. */
const shuffled = (messages: readonly Message[]): readonly Message[] => {
  const random = seeded(7)
  return messages
    .map((message) => [random(), message] as const)
    .sort(([a], [b]) => a - b)
    .map(([, message]) => message)
}

export const loadFrames = ({
  messages,
  perFrame,
}: LoadSpec): { readonly frames: readonly LoadFrame[]; readonly methods: ReadonlyMap<string, number> } => {
  const frames: LoadFrame[] = []
  const methods = new Map<string, number>()
  let made = 0
  for (let round = 0; made < messages; round += 1) {
    const all = loadMessages(round)
    for (let from = 0; from < all.length && made < messages; from += perFrame) {
      const part = all.slice(from, from + Math.min(perFrame, messages - made))
      for (const { method } of part) methods.set(method, (methods.get(method) ?? 0) + 1)
      const { bytes, logId } = buildFrame(part)
      frames.push({ bytes, logId })
      made += part.length
    }
  }
  return { frames, methods }
}
