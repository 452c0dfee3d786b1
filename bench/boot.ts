// Boot after a crash with many sessions left open: until the server answers, and until every one is archived.

import type { Bench } from './figures.ts'
import { startProduct, tempFolder } from './app.ts'
import { startChild } from './child.ts'
import type { ServerInput, Serving } from './load-server.ts'
import { seed } from './seed.ts'

const HOUR_MS = 3_600_000
const LIMIT_MS = 60_000

export const bench: Bench = async ({ quick }) => {
  const sessions = quick ? 10 : 100
  const events = quick ? 1_000 : 10_000
  const folder = tempFolder()
  const server = startChild('load-server.ts', {
    rooms: 1,
    messagesPerRoom: 5,
    perFrame: 5,
  } satisfies ServerInput)
  try {
    const { origin } = await server.hear<Serving>('serving')
    const at = Date.now() - HOUR_MS
    await seed(folder.path, { rooms: sessions, sessions: Array.from({ length: sessions }, () => events), at })
    const product = await startProduct(origin, folder.path)
    const archivedMs = await product.until(
      'SELECT count(*) FROM sessions WHERE archived_at IS NOT NULL',
      sessions,
      LIMIT_MS,
    )
    await product.leave()
    const wholeMs = product.startMs + archivedMs
    return [
      {
        title: `Boot with ${sessions} orphaned sessions of ${events} events`,
        columns: ['until', 'ms'],
        rows: [
          ['it answers', Math.round(product.startMs)],
          ['every session is archived', Math.round(wholeMs)],
        ],
        aims: [{ what: 'all archived within 2 s', value: `${Math.round(wholeMs)} ms`, met: wholeMs < 2000 }],
        notes: ['Counted from the call of startApp; loading the modules takes what any start takes.'],
      },
    ]
  } finally {
    await server.close()
    folder.remove()
  }
}
