// The settings that were changed while the server ran, one row each. Their meaning and limits are the domain's;
// a row that no longer fits them is passed over, so that an old database starts with the default instead.

import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Schema from 'effect/Schema'
import type { DbError } from '../domain/errors.ts'
import { SettingsPatch } from '../domain/settings.ts'
import { Database, type Statement } from './database.ts'
import { json, text } from './row.ts'

const decode = Schema.decodeUnknownExit(SettingsPatch, { onExcessProperty: 'error' })

/** What was set, and nothing else. */
export const list: Effect.Effect<SettingsPatch, DbError, Database> = Effect.map(
  Database.use((database) => database.read('SELECT key, value FROM settings LIMIT 1000')),
  (rows) => {
    let settings: SettingsPatch = {}
    for (const row of rows) {
      const one = decode({ [text(row['key'])]: json(row['value']) })
      if (Exit.isSuccess(one)) settings = { ...settings, ...one.value }
    }
    return settings
  },
)

export const update = (patch: SettingsPatch, at: number): readonly Statement[] =>
  Object.entries(patch).map(([key, value]) => ({
    sql: `INSERT INTO settings (key, value, updated_at) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    args: [key, JSON.stringify(value), at],
  }))
