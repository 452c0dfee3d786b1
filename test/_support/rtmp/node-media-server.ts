// The first ingest: node-media-server, in a child process whose output is thrown away and whose folder is removed.

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { answers, Ledger, SAMPLE_MS, type Conduct, type Ingest, type Publication } from './ingest.ts'
import type { News, Order } from './node-media-server-child.ts'

const ENTRY = new URL('node-media-server-child.ts', import.meta.url).pathname
const LISTENS_WITHIN_MS = 20_000

export const startNodeMediaServer = async (): Promise<Ingest> => {
  const ledger = new Ledger()
  const folder = await mkdtemp(join(tmpdir(), 'roomkeeper-ingest-'))
  const publications = new Map<string, Publication>()
  const waiting = new Map<number, (count: number) => void>()
  let child: ChildProcess | null = null
  let orders = 0
  let conduct: Conduct = 'accept'
  let keys: readonly string[] | null = null

  const hear = (news: News): void => {
    switch (news.is) {
      case 'begun': {
        const { app, key, accepted } = news
        publications.set(news.id, ledger.begin({ app, key, accepted }))
        return
      }
      case 'ended': {
        const publication = publications.get(news.id)
        if (publication !== undefined) Object.assign(publication, { until: Date.now(), bytes: news.bytes })
        return
      }
      case 'bytes':
        for (const [id, bytes] of news.of) {
          const publication = publications.get(id)
          if (publication !== undefined) publication.bytes = bytes
        }
        ledger.sample()
        return
      case 'obeyed':
        waiting.get(news.n)?.(news.count)
        waiting.delete(news.n)
        return
      case 'fired':
        ledger.count(news.name)
    }
  }

  const ask = (order: Order): Promise<number> =>
    new Promise((done) => {
      if (child === null) {
        done(0)
        return
      }
      orders += 1
      waiting.set(orders, done)
      child.send({ n: orders, order })
    })

  const up = async (port: number): Promise<boolean> => {
    const made = fork(ENTRY, [JSON.stringify({ port, folder, sampleMs: SAMPLE_MS })], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    })
    made.on('message', (news) => hear(news as News))
    const limit = performance.now() + LISTENS_WITHIN_MS
    while (made.exitCode === null && performance.now() < limit) {
      if (await answers(port)) {
        child = made
        await ask({ do: 'behave', conduct })
        await ask({ do: 'keys', keys })
        return true
      }
      await wait(20)
    }
    made.kill('SIGKILL')
    return false
  }

  const down = async (): Promise<void> => {
    const gone = child
    child = null
    if (gone === null || gone.exitCode !== null || gone.signalCode !== null) return
    const exit = once(gone, 'exit')
    gone.kill('SIGKILL')
    await exit
    for (const publication of publications.values()) publication.until ??= Date.now()
    publications.clear()
    for (const done of waiting.values()) done(0)
    waiting.clear()
  }

  let port = await freePort()
  // Somebody else may take the port between the look and the start.
  for (let tries = 0; !(await up(port)); tries += 1) {
    if (tries === 4) throw new Error('node-media-server does not start')
    port = await freePort()
  }

  return {
    server: 'node-media-server 4.4.3',
    port,
    url: `rtmp://127.0.0.1:${port}/live2`,
    ledger,
    behave: async (wanted) => {
      conduct = wanted
      await ask({ do: 'behave', conduct })
    },
    onlyKeys: async (wanted) => {
      keys = wanted
      await ask({ do: 'keys', keys })
    },
    drop: async () => {
      const count = await ask({ do: 'drop' })
      ledger.count('dropped', count)
      return count
    },
    freeze: async () => void (await ask({ do: 'freeze' })),
    thaw: async () => void (await ask({ do: 'thaw' })),
    down,
    up: async () => {
      if (!(await up(port))) throw new Error('node-media-server does not come back')
    },
    close: async () => {
      await down()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
