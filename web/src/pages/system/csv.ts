// Rows as CSV that a spreadsheet opens as text: no cell of it becomes a formula. Pure.

/** What a spreadsheet takes for the beginning of a formula, also behind white space. */
const FORMULA = /^[\s]*[=+\-@\t\r]/

const cellOf = (value: string | number | null): string => {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvOf = <R>(
  columns: readonly (readonly [name: string, value: (row: R) => string | number | null])[],
  rows: readonly R[],
): string =>
  [
    columns.map(([name]) => name).join(','),
    ...rows.map((row) => columns.map(([, value]) => cellOf(value(row))).join(',')),
  ].join('\r\n') + '\r\n'
