// How a result is written down: a table for people, the same as JSON, and what was aimed for beside what was met.

export interface Aim {
  readonly what: string
  readonly value: string
  readonly met: boolean
}

export interface Figure {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  readonly aims: readonly Aim[]
  /** What one must know to read the numbers. */
  readonly notes?: readonly string[]
}

/** A run of one benchmark. */
export interface BenchOptions {
  /** Small numbers, to see that it works. */
  readonly quick: boolean
}
/** Figures all at once, or each as soon as it is known. */
export type Bench = (options: BenchOptions) => Promise<readonly Figure[]> | AsyncIterable<Figure>

const cell = (value: string | number): string =>
  typeof value === 'string' ? value : Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(2)

export const print = (figure: Figure): string => {
  const rows = [figure.columns, ...figure.rows.map((row) => row.map(cell))]
  const widths = figure.columns.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((value, column) =>
        column === 0 ? String(value).padEnd(widths[column]!) : String(value).padStart(widths[column]!),
      )
      .join('  ')
  return [
    '',
    figure.title,
    ...rows.flatMap((row, index) =>
      index === 0 ? [line(row), widths.map((width) => '─'.repeat(width)).join('──')] : [line(row)],
    ),
    ...figure.aims.map((aim) => `${aim.met ? '✓' : '✗'} ${aim.what}: ${aim.value}`),
    ...(figure.notes ?? []).map((note) => `  ${note}`),
  ].join('\n')
}

/** The value that `share` of the sorted samples do not exceed. */
export const quantile = (samples: readonly number[], share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)
