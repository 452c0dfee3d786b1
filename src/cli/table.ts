// What people see: tables, pairs and times. Text from outside is made harmless for a terminal on its way out.

import * as Console from 'effect/Console'
import * as Effect from 'effect/Effect'
import type { Json, JsonObject } from './server.ts'
import { root } from './root.ts'

// Controls would move the cursor or colour the screen; direction marks would turn the line around.
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]+/gu

/** One line of plain text; null and undefined are a dash. */
export const plain = (value: Json | undefined): string => {
  if (value === null || value === undefined || value === '') return '–'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replace(UNSAFE, ' ')
}

/** A moment in UTC, to the second. */
export const moment = (value: Json | undefined): string =>
  typeof value === 'number'
    ? new Date(value)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z')
    : '–'

export const length = (value: Json | undefined): string => {
  if (typeof value !== 'number') return '–'
  const seconds = Math.round(value / 1_000)
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

/** The value at a dotted path. */
export const at = (value: JsonObject, path: string): Json | undefined =>
  path
    .split('.')
    .reduce<Json | undefined>(
      (found, key) =>
        typeof found === 'object' && found !== null && !Array.isArray(found)
          ? (found as JsonObject)[key]
          : undefined,
      value,
    )

export type Column = readonly [title: string, cell: (row: JsonObject) => string]

/** Columns as wide as their widest cell, two blanks between them. */
export const table = (columns: readonly Column[], rows: readonly JsonObject[]): string => {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => [...(line[index] ?? '')].length)))
  return cells
    .map((line) =>
      line
        .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - [...cell].length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export const pairs = (lines: readonly (readonly [name: string, value: string])[]): string => {
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

/** Prints the answer as JSON when --json was given, else as people read it. */
export const print = Effect.fnUntraced(function* (answer: JsonObject, forPeople: () => string) {
  const { json } = yield* root
  yield* Console.log(json ? JSON.stringify(answer) : forPeople())
})

export const items = (answer: JsonObject): readonly JsonObject[] => {
  const list = answer['items']
  return Array.isArray(list) ? (list as readonly JsonObject[]) : []
}
