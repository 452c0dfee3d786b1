// A child: one export of session 1 of the database in its first argument, in the format of its second, read as fast
// as it comes. Says how many bytes there were and how much more memory the process had at most than before.

import { makeExporter } from '../../src/archive/exports/exporter-live.ts'
import { planExport, type ExportPlan } from '../../src/archive/exports/plan.ts'
import type { ExportFormat } from '../../src/archive/exports/formats.ts'
import * as Effect from 'effect/Effect'
import { openConnection } from '../../src/db/client.ts'
import { Database } from '../../src/db/database.ts'

const [url = '', format = 'ndjson'] = process.argv.slice(2)

const plan = async (): Promise<ExportPlan> => {
  const connection = await openConnection({ url, mode: 'read' })
  const never = (): never => {
    throw new Error('only read')
  }
  const database: Database['Service'] = {
    read: (sql, args) => Effect.promise(async () => (await connection.query(sql, args)).rows),
    write: never,
    append: never,
    subscribe: never,
    health: never,
  }
  const found = await Effect.runPromise(
    Effect.provideService(
      Effect.orDie(planExport(1, { format: format as ExportFormat })),
      Database,
      database,
    ),
  )
  connection.close()
  return found
}

const planned = await plan()
const own = makeExporter({ url, authToken: null })
const before = process.memoryUsage().rss
let most = before
const look = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss)
}, 5)
let bytes = 0
for await (const piece of own.exporter.open(planned)) bytes += piece.byteLength
clearInterval(look)
await own.close()
process.stdout.write(JSON.stringify({ bytes, grownMb: (most - before) / 1024 / 1024 }))
