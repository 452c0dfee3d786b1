// What maintenance is asked and answers: the form of a prune as the API takes it. Pure.

export interface RepairReport {
  readonly dryRun: boolean
  readonly checked: number
  readonly found: number
  readonly fixed: number
}

export interface PruneReport {
  readonly dryRun: boolean
  readonly emptySessions: number
  readonly prunedSessions: number
  readonly events: number
  readonly frames: number
  readonly journal: number
  readonly more: boolean
}

export interface RotateReport {
  readonly dryRun: boolean
  readonly key: string
  readonly checked: number
  readonly resealed: number
  readonly unreadable: number
}

/** As typed; an empty field removes nothing of its kind. */
export interface PruneForm {
  readonly emptyDays: string
  readonly oldDays: string
  readonly keepPerRoom: string
  readonly journalDays: string
}

const DAY_MS = 86_400_000

const numberOf = (text: string): number | null =>
  /^\d{1,6}(?:\.\d+)?$/.test(text.trim()) ? Number(text) : null

/** Null when nothing was said: then nothing is asked, because the server would do nothing. */
export const pruneOf = (form: PruneForm): Readonly<Record<string, number>> | null => {
  const days = (text: string): number | null => {
    const n = numberOf(text)
    return n === null ? null : Math.round(n * DAY_MS)
  }
  const keep = numberOf(form.keepPerRoom)
  const wanted = {
    emptyOlderThanMs: days(form.emptyDays),
    olderThanMs: days(form.oldDays),
    keepPerRoom: keep === null ? null : Math.floor(keep),
    journalOlderThanMs: days(form.journalDays),
  }
  const said = Object.entries(wanted).filter((entry): entry is [string, number] => entry[1] !== null)
  return said.length === 0 ? null : Object.fromEntries(said)
}

export const isIdle = ({ emptySessions, prunedSessions, events, frames, journal }: PruneReport): boolean =>
  emptySessions + prunedSessions + events + frames + journal === 0
