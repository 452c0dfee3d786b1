// A child: the product's HTTP layer over a real database, whose journal gets facts at a steady rate once told `go`.

import * as Redacted from 'effect/Redacted'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpDeps } from '../src/http/deps.ts'
import { makeHttp } from '../src/http/http.ts'
import { listen } from '../src/http/server.ts'
import * as decoder from '../src/tiktok/decode.ts'
import { parent } from './child.ts'
import { meter } from './meter.ts'
import { openDatabase } from './own-database.ts'

export interface SseServerInput {
  readonly token: string
  readonly factsPerSecond: number
  readonly facts: number
}

const { token, factsPerSecond, facts } = parent.input<SseServerInput>()
const { database, runtime, close } = await openDatabase()
const rooms = { list: () => [], find: () => null, row: () => null }
const http = makeHttp({
  run: ((effect: Parameters<HttpDeps['run']>[0]) =>
    runtime.runPromiseExit(effect as never)) as unknown as HttpDeps['run'],
  rooms: rooms as unknown as HttpDeps['rooms'],
  database,
  recorder: {} as unknown as HttpDeps['recorder'],
  destinations: {} as unknown as HttpDeps['destinations'],
  live: { list: () => [] } as unknown as HttpDeps['live'],
  ingresses: {} as unknown as HttpDeps['ingresses'],
  assets: {} as unknown as HttpDeps['assets'],
  sweeper: {} as unknown as HttpDeps['sweeper'],
  importer: {} as unknown as HttpDeps['importer'],
  webhooks: {} as unknown as HttpDeps['webhooks'],
  exporter: {} as unknown as HttpDeps['exporter'],
  rotate: {} as unknown as HttpDeps['rotate'],
  operatorToken: Redacted.make(token),
  boot: 'bench',
  version: '0',
  unready: () => [],
  machines: [],
  decoder,
})
const listening = await listen(http, { host: '127.0.0.1', port: 0 })
const publishedAt: [seq: number, at: number][] = []
database.subscribe(({ seq }) => publishedAt.push([seq, performance.timeOrigin + performance.now()]))

parent.tell('listening', listening.port)
await parent.hear('go')
const stop = meter()
const startedAt = performance.now()
for (let made = 0; made < facts;) {
  const due = Math.min(facts, Math.ceil(((performance.now() - startedAt) / 1000) * factsPerSecond))
  for (; made < due; made += 1)
    database.append({
      name: 'room.looked',
      at: Date.now(),
      roomId: `r${made % 200}`,
      sessionId: null,
      body: { answer: 'live', broadcastId: '7290000000000000001', sources: ['html', 'api'], status: 2 },
    })
  await sleep(5)
}
await parent.hear('all there')
parent.tell('published', { ...stop(), publishedAt })
await parent.hear('leave')
http.stop()
await listening.close(1000)
await close()
process.exit(0)
