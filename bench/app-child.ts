// A child: the whole product in one process, as `npm start` runs it, that tells on request what it costs: CPU of all
// its threads, memory after a collection, and how late timers are on its main thread.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { parent } from './child.ts'
import { meter, type Metered } from './meter.ts'

export interface AppInput {
  /** The environment that configures it. */
  readonly env: Readonly<Record<string, string>>
}

export interface Memory {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
}

export interface Stopped extends Metered {
  /** How much later than asked a timer fires on the main thread, milliseconds. */
  readonly loopP99Ms: number
  readonly loopMaxMs: number
  /** The most memory that the process has had since it began, MiB. */
  readonly rssMostMiB: number
}

const RESOLUTION_MS = 1
const collect = globalThis.gc

const { env } = parent.input<AppInput>()
const before = performance.now()
const app = await startApp(readConfig(env, false))
parent.tell('started', { url: app.url, ms: performance.now() - before })

const serve = async (): Promise<void> => {
  for (;;) {
    await parent.hear('measure')
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    delay.enable()
    const stop = meter()
    parent.tell('measuring')
    await parent.hear('enough')
    delay.disable()
    parent.tell('measured', {
      ...stop(),
      loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
      loopMaxMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      rssMostMiB: process.resourceUsage().maxRSS / 1024,
    } satisfies Stopped)
  }
}
const weigh = async (): Promise<void> => {
  for (;;) {
    await parent.hear('weigh')
    // Twice, with time between: what the first one finalises is freed by the second.
    for (let round = 0; round < 2; round += 1) {
      collect?.()
      await sleep(300)
    }
    const { rss, heapUsed, external } = process.memoryUsage()
    parent.tell('weight', { rss, heapUsed, external } satisfies Memory)
  }
}
void serve()
void weigh()
await parent.hear('leave')
await app.stop()
parent.tell('left')
process.exit(0)
