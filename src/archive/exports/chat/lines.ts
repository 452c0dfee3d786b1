// The chat of a session as lines in the order of their time, counted from the session's start, with the
// interruptions between them. It says nothing of how long a line is shown, nor where.

import type { ExportPlan } from '../plan.ts'
import { interruptionsOf, sentenceOf } from '../interruptions.ts'
import { plainText } from '../plain-text.ts'
import { walk, type Read } from '../walk.ts'

export interface Line {
  /** Milliseconds since the session's start, never less than the line's before it. */
  readonly at: number
  /** Who wrote it; null for what we say ourselves. */
  readonly name: string | null
  readonly text: string
  /** What we say is shown until then. */
  readonly until: number | null
}

type ChatRow = readonly [
  at: number,
  sourceAt: number | null,
  nickname: string | null,
  handle: string | null,
  userId: string | null,
  text: string | null,
]

const BODY = `json_group_array(json_array(at, source_at, nickname, handle, CAST(user_id AS TEXT), text) ORDER BY id)`
const PAGE_ROWS = 1_000
const NAME_CHARS = 40
const TEXT_CHARS = 240
/** Messages that TikTok told again after a connection; there are a few dozen of them each time. */
const TOLD_AGAIN_MAX = 20_000

const nameOf = ([, , nickname, handle, userId]: ChatRow): string =>
  plainText(nickname ?? '', NAME_CHARS) ||
  plainText(handle ?? '', NAME_CHARS) ||
  plainText(userId ?? '', NAME_CHARS) ||
  'somebody'

const lineOf = (row: ChatRow, at: number): Line | null => {
  const text = plainText(row[5] ?? '', TEXT_CHARS)
  return text === '' ? null : { at, name: nameOf(row), text, until: null }
}

const rowsOf = (page: string): readonly ChatRow[] => JSON.parse(page) as readonly ChatRow[]
const chats = (where: string) => ({
  body: BODY,
  rows: PAGE_ROWS,
  kinds: ['chat'] as const,
  where: { sql: where, args: [] },
})

export interface ToldAgain {
  readonly lines: readonly Line[]
  /** Those from before the session, which have no place in it. */
  readonly before: number
}

/**
 * What was written while nobody listened is told when the next connection opens: it belongs where it was written,
 * by TikTok's clock. What was written before the session began does not belong in it.
 */
export const toldAgain = async (plan: ExportPlan, read: Read): Promise<ToldAgain> => {
  const lines: Line[] = []
  let before = 0
  for await (const page of walk(read, plan.stretches, chats('history = 1 AND late = 0'))) {
    for (const row of rowsOf(page)) {
      const at = (row[1] ?? row[0]) - plan.openedAt
      const line = at >= 0 && at <= plan.endedAt - plan.openedAt ? lineOf(row, at) : null
      if (at < 0) before += 1
      if (line !== null && lines.length < TOLD_AGAIN_MAX) lines.push(line)
    }
  }
  return { lines: lines.sort((a, b) => a.at - b.at), before }
}

/** Pages of lines. `again` are put where they belong; a clock that steps back moves nothing before its turn. */
export const linesOf = async function* (
  plan: ExportPlan,
  read: Read,
  again: readonly Line[],
): AsyncGenerator<readonly Line[], void, undefined> {
  const said = (await interruptionsOf(plan, read)).map((one): Line => ({
    at: one.from,
    name: null,
    text: sentenceOf(one),
    until: one.to,
  }))
  const aside = [...said, ...again].sort((a, b) => a.at - b.at)
  let next = 0
  let now = 0
  const placed = (line: Line): Line => {
    now = Math.max(now, line.at)
    return line.at === now ? line : { ...line, at: now }
  }
  for await (const page of walk(read, plan.stretches, chats('history = 0 AND late = 0'))) {
    const lines: Line[] = []
    for (const row of rowsOf(page)) {
      const at = row[0] - plan.openedAt
      for (; next < aside.length && aside[next]!.at <= at; next += 1) lines.push(placed(aside[next]!))
      const line = lineOf(row, at)
      if (line !== null) lines.push(placed(line))
    }
    yield lines
  }
  yield aside.slice(next).map(placed)
}
