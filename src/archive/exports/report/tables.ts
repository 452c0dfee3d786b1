// The tables of a report: leaderboards, gifts, and the receipt of what was received.

import type { LeaderRow } from '../../leaderboards.ts'
import type { Gathered } from './gathering.ts'
import { count, foreign, markup, type Markup } from './markup.ts'

export const board = (
  title: string,
  unit: string,
  rows: readonly LeaderRow[],
): Markup => markup`<section><h3>${title}</h3>
${
  rows.length === 0
    ? markup`<p class="none">Nobody.</p>`
    : markup`<table><thead><tr><th>Who</th><th class="number">${unit}</th></tr></thead><tbody>
${rows.map(
  ({ nickname, handle, userId, amount }) =>
    markup`<tr><td>${foreign(nickname ?? handle ?? userId)}${handle === null ? null : markup` <span class="dim">${foreign(`@${handle}`)}</span>`}</td><td class="number">${count(amount)}</td></tr>\n`,
)}</tbody></table>`
}</section>`

const GIFTS_MAX = 100

export const gifts = ({ stats }: Gathered): Markup => {
  const { rows, truncated } = stats.gifts
  const shown = rows.slice(0, GIFTS_MAX)
  const more = rows.length - shown.length
  return markup`<h2>Gifts</h2>
${
  rows.length === 0
    ? markup`<p class="none">None.</p>`
    : markup`<table><thead><tr><th>Gift</th><th class="number">given</th><th class="number">streaks</th><th class="number">diamonds</th></tr></thead><tbody>
${shown.map(
  ({ name, giftId, count: given, streaks, value }) =>
    markup`<tr><td>${foreign(name ?? giftId)}</td><td class="number">${count(given)}</td><td class="number">${count(streaks)}</td><td class="number">${count(value)}</td></tr>\n`,
)}</tbody></table>`
}
${more > 0 || truncated ? markup`<p class="dim">And ${count(more)}${truncated ? ' or more' : ''} other kinds.</p>` : null}`
}

/** What was received is accounted for, line by line; what does not add up says so. */
export const receipt = ({ stats: { totals }, late }: Gathered): Markup => {
  const rest = totals.received - totals.events - totals.duplicates - totals.poison
  const lines: readonly (readonly [string, number])[] = [
    ['stored as events', totals.events],
    ['known already (duplicates)', totals.duplicates],
    ['could not be read, kept aside', totals.poison],
    ...(rest === 0 ? [] : [['not accounted for', rest] as const]),
  ]
  return markup`<h2>Receipt</h2>
<p class="dim">${count(totals.received)} messages were received in ${count(totals.frames)} ${totals.frames === 1 ? 'frame' : 'frames'} (${count(totals.bytes)} bytes).</p>
<table><tbody>${lines.map(([name, value]) => markup`<tr><td>${name}</td><td class="number">${count(value)}</td></tr>\n`)}<tr class="sum"><td>received</td><td class="number">${count(totals.received)}</td></tr></tbody></table>
${late === 0 ? null : markup`<p class="dim">${count(late)} more came after it was archived; they are in the record and in no total.</p>`}`
}
