// Columns of a row as what they hold. SQL we wrote gives the shape; a null where none belongs reads as 0 or ''.

import type { Row } from './database.ts'

type Cell = Row[string] | undefined

export const int = (cell: Cell): number => Number(cell ?? 0)
export const intOrNull = (cell: Cell): number | null =>
  cell === null || cell === undefined ? null : Number(cell)
/** Integers that may be beyond 2^53, and text. */
export const text = (cell: Cell): string => (cell === null || cell === undefined ? '' : String(cell))
export const textOrNull = (cell: Cell): string | null =>
  cell === null || cell === undefined ? null : String(cell)
export const bool = (cell: Cell): boolean => cell === 1
/** A column of JSON; null when it holds none. */
export const json = (cell: Cell): unknown => {
  if (typeof cell !== 'string') return null
  try {
    return JSON.parse(cell) as unknown
  } catch {
    return null
  }
}
