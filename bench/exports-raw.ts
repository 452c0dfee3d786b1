// A child: reads every column of every event of a database, row by row, with the SQLite that comes with Node, and
// does nothing with them: what any export has to do at least.

import { DatabaseSync } from 'node:sqlite'
import { parent } from './child.ts'

const { path } = parent.input<{ readonly path: string }>()
const database = new DatabaseSync(path, { readOnly: true })
const statement = database.prepare('SELECT * FROM events ORDER BY id')
statement.setReadBigInts(true)
const startedAt = performance.now()
let rows = 0
for (const row of statement.iterate()) if (row['id'] !== null) rows += 1
parent.tell('read', { rows, ms: performance.now() - startedAt })
database.close()
