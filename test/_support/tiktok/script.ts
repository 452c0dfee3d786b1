// A broadcast that goes on by itself: steady rates of everything, the same for the same seed.

import type { Creator } from './creator.ts'
import { GIFT_KINDS } from './gifts.ts'
import { person, seeded } from './ids.ts'
import type { Message } from './messages.ts'

export interface Script {
  readonly chatsPerSecond?: number
  readonly likesPerSecond?: number
  readonly joinsPerSecond?: number
  readonly giftsPerSecond?: number
  readonly followsPerSecond?: number
  readonly sharesPerSecond?: number
  /** The viewer count is sent this often; default 5,000. */
  readonly viewersEveryMs?: number
  /** Default: all of one tick (50 ms) in one frame. */
  readonly messagesPerFrame?: number
  /** How many different viewers there are; default 200. */
  readonly people?: number
  readonly seed?: number
}

export interface Running {
  /** Messages made so far. */
  readonly made: () => number
  readonly stop: () => void
}

const TICK_MS = 50

const WORDS =
  'hello love this song where are you from so good haha wow first time here nice hair again please'.split(' ')

/** One thing that happens, picked by the seed: the vocabulary of the script. */
const verbs = (creator: Creator, random: () => number, people: number) => {
  const somebody = () => person(Math.floor(random() * people))
  const words = () =>
    Array.from(
      { length: 1 + Math.floor(random() * 8) },
      () => WORDS[Math.floor(random() * WORDS.length)],
    ).join(' ')
  const streaks = new Map<string, { readonly group: string; readonly repeat: number }>()
  return {
    viewersPerSecond: () => creator.seen(50 + Math.floor(random() * 100)),
    chatsPerSecond: () => creator.say(words(), somebody()),
    likesPerSecond: () => creator.like(somebody(), 1 + Math.floor(random() * 15)),
    joinsPerSecond: () => creator.join(somebody()),
    followsPerSecond: () => creator.follow(somebody()),
    sharesPerSecond: () => creator.share(somebody()),
    giftsPerSecond: (): Message => {
      const by = somebody()
      const kind = GIFT_KINDS[Math.floor(random() * GIFT_KINDS.length)]
      if (kind === undefined || !kind.combo) return creator.gift(by, kind?.id ?? '5655')
      const key = `${by.id}/${kind.id}`
      const before = streaks.get(key)
      // The final frame repeats the last count.
      if (before !== undefined && random() < 0.3) {
        streaks.delete(key)
        return creator.gift(by, kind.id, { ...before, final: true })
      }
      const repeat = (before?.repeat ?? 0) + 1 + Math.floor(random() * 3)
      const group = before?.group ?? creator.head().msgId
      streaks.set(key, { group, repeat })
      return creator.gift(by, kind.id, { repeat, group })
    },
  }
}

type Rate = keyof ReturnType<typeof verbs>

/**
 * Starts at once and goes on until stopped, whether or not anybody watches. What happens, and in which order,
 * depends on the seed alone: each kind has its own times, and a tick does what is due in the order of these.
 */
export const runScript = (creator: Creator, script: Script): Running => {
  const random = seeded(script.seed ?? 1)
  const doing = verbs(creator, random, script.people ?? 200)
  const rates = { viewersPerSecond: 1_000 / (script.viewersEveryMs ?? 5_000), ...script }
  const due = (Object.keys(doing) as Rate[])
    .filter((rate) => (rates[rate] ?? 0) > 0)
    .map((rate) => ({ rate, everyMs: 1_000 / (rates[rate] ?? 1), done: 0 }))
  const options = script.messagesPerFrame === undefined ? {} : { messagesPerFrame: script.messagesPerFrame }
  const started = performance.now()
  let made = 0
  const doNext = (until: number): boolean => {
    let first: (typeof due)[number] | undefined
    for (const one of due) {
      if (first === undefined || (one.done + 1) * one.everyMs < (first.done + 1) * first.everyMs) first = one
    }
    if (first === undefined || (first.done + 1) * first.everyMs > until) return false
    first.done += 1
    doing[first.rate]()
    return true
  }
  const timer = setInterval(() => {
    const until = performance.now() - started
    creator.batch(() => {
      while (doNext(until)) made += 1
    }, options)
  }, TICK_MS)
  return { made: () => made, stop: () => clearInterval(timer) }
}
