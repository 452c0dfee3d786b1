// A session as one page that needs nothing else: no script, no request, the same bytes each time. Times count from
// the session's start or are UTC, because nobody knows who will read it, and when.

import { sessionId } from '../../../domain/session.ts'
import { lasting } from '../interruptions.ts'
import { plainText } from '../plain-text.ts'
import type { ExportPlan } from '../plan.ts'
import type { Read } from '../walk.ts'
import { bars, HATCH, viewers } from './charts.ts'
import { gather, type Gathered } from './gathering.ts'
import { POLICY, STYLE } from './look.ts'
import { clock, count, foreign, markup, Markup, moment, type Content } from './markup.ts'
import { columnsOf } from './series.ts'
import { board, gifts, receipt } from './tables.ts'
import { reasonOf, timelineOf } from './timeline.ts'

const TITLE_CHARS = 80

const titleOf = ({ row }: Gathered): string | null => {
  const start: unknown =
    typeof row.snapshot === 'object' && row.snapshot !== null ? Reflect.get(row.snapshot, 'start') : null
  const title: unknown = typeof start === 'object' && start !== null ? Reflect.get(start, 'title') : null
  return typeof title === 'string' && title !== '' ? title : null
}

const head = (gathered: Gathered): Markup => {
  const { plan, last, stats } = gathered
  const title = titleOf(gathered)
  const ended =
    last.endedAt === null ? 'still open' : `${moment(plan.endedAt)} UTC, because ${reasonOf(last.endReason)}`
  const incomplete = [
    ...(plan.archived ? [] : ['The session was still open when this was made.']),
    ...(plan.pruned ? ['Retention removed its events: only totals and gifts are complete.'] : []),
    ...(stats.perMinuteTruncated ? ['It is longer than the charts can show.'] : []),
  ]
  return markup`<header><h1>${foreign(`@${plan.handle}`)}</h1>
${title === null ? null : markup`<p>${foreign(title)}</p>`}
<p class="dim">${moment(plan.openedAt)} UTC to ${ended} · session ${sessionId(plan.no)} · broadcast ${plan.broadcastId}</p>
${incomplete.map((one) => markup`<p class="note">${one}</p>`)}</header>`
}

const totals = ({ stats }: Gathered): Markup => {
  const { totals: all, viewers: seen } = stats
  const cells: readonly (readonly [string, Content])[] = [
    ['lasted', lasting(all.durationMs)],
    ['viewers at most', count(all.viewersPeak)],
    ['viewers on average', seen.average === null ? '–' : count(seen.average)],
    ['chat messages', count(all.chats)],
    ['gifts, in diamonds', count(all.giftValue)],
    ['likes', count(all.likes)],
    ['joins', count(all.joins)],
    ['follows', count(all.follows)],
    ['shares', count(all.shares)],
    ['gaps', all.gaps.count === 0 ? 'none' : `${count(all.gaps.count)}, ${lasting(all.gaps.ms)}`],
    ['pauses', all.pauses.count === 0 ? 'none' : `${count(all.pauses.count)}, ${lasting(all.pauses.ms)}`],
  ]
  return markup`<dl>${cells.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`
}

const charts = ({ plan, stats, interruptions }: Gathered): Markup => {
  const input = {
    columns: columnsOf(stats.perMinute, plan),
    interruptions,
    lengthMs: Math.max(plan.endedAt - plan.openedAt, 1),
  }
  return markup`<h2>Over time</h2>${HATCH}
${viewers(input)}${bars(input, { name: 'chats', title: 'Chat', unit: 'messages' })}${bars(input, { name: 'gifts', title: 'Gifts', unit: 'diamonds' })}${bars(input, { name: 'likes', title: 'Likes', unit: 'likes' })}`
}

const boards = ({ stats: { leaderboards } }: Gathered): Markup => markup`<h2>Who took part most</h2>
<div class="boards">${board('Gave', 'diamonds', leaderboards.gifters)}${board('Wrote', 'messages', leaderboards.chatters)}${board('Liked', 'likes', leaderboards.likers)}</div>
${leaderboards.exact ? null : markup`<p class="dim">So many took part that the lower places are estimates.</p>`}`

const timeline = (gathered: Gathered): Markup => {
  const { entries, more } = timelineOf(gathered)
  const { openedAt } = gathered.plan
  return markup`<h2>What happened</h2><table><thead><tr><th>After</th><th>UTC</th><th>What</th></tr></thead><tbody>
${entries.map(({ at, what }) => markup`<tr><td class="when">${clock(at)}</td><td class="when">${moment(openedAt + at)}</td><td>${what}</td></tr>\n`)}</tbody></table>
${more === 0 ? null : markup`<p class="dim">And ${count(more)} more.</p>`}`
}

export const pageOf = (gathered: Gathered): string => {
  const { plan } = gathered
  const title = plainText(`@${plan.handle} · ${moment(plan.openedAt)} UTC`, TITLE_CHARS)
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(STYLE)}</style></head><body>
${head(gathered)}
<main>${totals(gathered)}
${charts(gathered)}
${boards(gathered)}
${gifts(gathered)}
${timeline(gathered)}
${receipt(gathered)}</main>
<footer>Made by Roomkeeper. Times after the beginning of the recording are hours, minutes and seconds.</footer>
</body></html>
`.text
}

export const reportOf = async (plan: ExportPlan, read: Read): Promise<Uint8Array> =>
  new TextEncoder().encode(pageOf(await gather(plan, read)))
