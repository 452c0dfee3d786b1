// What an export format is: which bytes come first, and how one page of events becomes text.
// A format reads nothing by itself; `session.ts` walks the pages and keeps their order.

import type { Row } from '../../db/database.ts'

export interface Format {
  readonly contentType: string
  /** With the dot. */
  readonly extension: string
  /** Events in one page: bounds what one query holds and what one slice of the main thread costs. */
  readonly pageRows: number
  /**
   * An aggregate over the rows of the table expression `page` (all columns of `events`, filtered), giving the
   * page as one text in a column named `body`: one text crosses the threads several times faster than rows.
   */
  readonly body: string
  /** Text before the first event, the empty string when there is none. */
  readonly head: string
  /** The finished text of one page. `body` is null when no event of the page was asked for. */
  readonly page: (body: Row[string]) => string
}
