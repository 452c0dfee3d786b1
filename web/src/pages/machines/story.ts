// An actor's history as it is stepped through: pure. Entries are in order, the oldest first.

import type { Context, Entry, Machine, Picture } from './types.ts'

/** What is kept in the page of one actor. */
export const STORY_MAX = 500

/** It was heard and led nowhere. */
export const isQuiet = ({ from, to, changes, actions, kind }: Entry): boolean =>
  kind !== 'failed' && kind !== 'start' && from === to && changes.length === 0 && actions.length === 0

const isSameAgain = (known: Entry, entry: Entry): boolean =>
  entry.count > 1 && known.event === entry.event && known.at === entry.at && known.to === entry.to

/** With one more entry. What is heard again counts up in its place; what is known already is left out. */
export const withEntry = (story: readonly Entry[], entry: Entry): readonly Entry[] => {
  const newest = story.at(-1)?.seq ?? 0
  if (entry.seq !== null && entry.seq <= newest) return story
  const kept = entry.count > 1 ? story.filter((known) => !isSameAgain(known, entry)) : story
  const all = [...kept, entry]
  return all.length > STORY_MAX ? all.slice(all.length - STORY_MAX) : all
}

/** A page of what is older, as it is answered (newest first), before what is known. */
export const withOlder = (story: readonly Entry[], page: readonly Entry[]): readonly Entry[] =>
  [...page.toReversed(), ...story].slice(-STORY_MAX)

/** What it was doing at a moment: the last entry that is not after it; null when all are. */
export const entryAt = (story: readonly Entry[], moment: number): Entry | null =>
  story.findLast((entry) => !isQuiet(entry) && entry.at <= moment) ?? null

/** What the actor remembered right after the entry at `index`: what changed since then is taken back. */
export const contextAt = (story: readonly Entry[], index: number, now: Context): Context => {
  const context: Record<string, unknown> = { ...now }
  for (let at = story.length - 1; at > index; at -= 1) {
    for (const { field, before } of story[at]?.changes ?? []) context[field] = before
  }
  return context
}

/** What it remembers once this entry is added. */
export const contextAfter = (context: Context | null, entry: Entry): Context | null => {
  if (context === null) return null
  return { ...context, ...Object.fromEntries(entry.changes.map(({ field, after }) => [field, after])) }
}

/** The lines of a picture that these transitions are in. */
export const edgesOf = (
  picture: Pick<Picture, 'edges'>,
  transitions: readonly number[],
): ReadonlySet<string> =>
  new Set(
    picture.edges
      .filter((edge) => transitions.some((number) => edge.transitions.includes(number)))
      .map(({ id }) => id),
  )

const isIn = (state: string, place: string): boolean =>
  place === 'any' || state === place || state.startsWith(`${place}.`)

/**
 * The lines by which one state leads to another, when only the states are known (a fact says no more). When several
 * do, all of them are meant; when none does directly, those of a way through one state that is left at once.
 */
export const edgesBetween = (
  picture: Pick<Picture, 'edges' | 'states'>,
  from: string | null,
  to: string,
): ReadonlySet<string> => {
  if (from === null) return new Set()
  const leads = (edge: { readonly from: string; readonly to: string }, a: string, b: string): boolean =>
    isIn(a, edge.from) && isIn(b, edge.to)
  const direct = picture.edges.filter((edge) => leads(edge, from, to))
  if (direct.length > 0) return new Set(direct.map(({ id }) => id))
  const through = picture.states.filter(({ isTransient }) => isTransient)
  return new Set(
    through.flatMap(({ id }) => {
      const first = picture.edges.filter((edge) => leads(edge, from, id))
      const then = picture.edges.filter((edge) => leads(edge, id, to))
      return first.length > 0 && then.length > 0 ? [...first, ...then].map((edge) => edge.id) : []
    }),
  )
}

/** Every state that is active when this one is: itself and what it is inside of. */
export const activeIn = (state: string): ReadonlySet<string> => {
  const steps = state.split('.')
  return new Set(steps.map((_, index) => steps.slice(0, index + 1).join('.')))
}

/** How a transition is called: as in the pictures. */
export const eventName = ({ event, kind }: Machine['transitions'][number]): string =>
  kind === 'after' ? `after ${event}` : kind === 'done' ? `${event} done` : event
