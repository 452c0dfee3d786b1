// A table that becomes cards on a small screen: each cell then carries its column's name. For lists of some hundred
// rows; longer ones are drawn in part, as the feed of a session is.

import type { ComponentChildren } from 'preact'
import './tables.css'

export interface Column<R> {
  readonly key: string
  readonly label: string
  readonly cell: (row: R) => ComponentChildren
  /** At the end of the line, in figures that stand below each other. */
  readonly number?: boolean
  /** On a card it is the heading, without the column's name. */
  readonly main?: boolean
  /** The label is for screen readers alone: a column of buttons. */
  readonly bare?: boolean
  readonly class?: string
}

export interface Sort {
  readonly key: string
  readonly down: boolean
}

const classOf = <R,>({ number, main, class: more }: Column<R>): string =>
  `${number === true ? 'number' : ''} ${main === true ? 'cell-main' : ''} ${more ?? ''}`

export function Table<R>({
  caption,
  columns,
  rows,
  keyOf,
  onRow,
  sort,
  onSort,
  rowClass,
}: {
  /** Says what the table is of; for screen readers. */
  readonly caption: string
  readonly columns: readonly Column<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  /** A click anywhere on the row; there must be a link or button for it in a cell too. */
  readonly onRow?: ((row: R) => void) | undefined
  readonly sort?: Sort | undefined
  /** Columns can be sorted by their heads when given. */
  readonly onSort?: ((sort: Sort) => void) | undefined
  readonly rowClass?: ((row: R) => string) | undefined
}) {
  const head = (column: Column<R>): ComponentChildren => {
    if (column.bare === true) return <span class="unseen">{column.label}</span>
    if (onSort === undefined) return column.label
    const isSorted = sort?.key === column.key
    return (
      <button
        type="button"
        class="table-sort"
        onClick={() => onSort({ key: column.key, down: isSorted ? !sort.down : column.number === true })}
      >
        {column.label}
        <span aria-hidden="true">{isSorted ? (sort.down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    )
  }
  const clicked = (event: MouseEvent, row: R): void => {
    if ((event.target as Element).closest('a, button, input, label, select') === null) onRow?.(row)
  }
  return (
    <table class={onRow === undefined ? 'table' : 'table table-open'}>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              class={classOf(column)}
              aria-sort={sort?.key === column.key ? (sort.down ? 'descending' : 'ascending') : undefined}
            >
              {head(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={keyOf(row)}
            class={rowClass?.(row)}
            onClick={onRow === undefined ? undefined : (event) => clicked(event, row)}
          >
            {columns.map((column) => (
              <td
                key={column.key}
                class={classOf(column)}
                data-label={column.main === true || column.bare === true ? undefined : column.label}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
