// What stands where content is not: nothing yet, still loading, or it could not be had. A problem keeps what was read
// before and says so.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ApiProblem } from '../api/problem.ts'
import { connection } from '../state/facts.ts'
import type { Loaded } from '../state/load.ts'
import { t } from '../words/parts.ts'
import { problemText } from '../words/problems.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icons.tsx'
import './notes.css'

/** An empty list says what would be here and what to do next. */
export const Empty = ({
  icon = 'info',
  title,
  children,
  action,
}: {
  readonly icon?: IconName
  readonly title: string
  readonly children?: ComponentChildren
  readonly action?: ComponentChildren
}) => (
  <div class="empty">
    <Icon name={icon} size={24} />
    <h2>{title}</h2>
    {children !== undefined && <p class="muted">{children}</p>}
    {action !== undefined && <div class="empty-action">{action}</div>}
  </div>
)

export const ProblemNote = ({
  problem,
  stale = false,
  onRetry,
}: {
  readonly problem: ApiProblem | null
  /** What was read before is still shown. */
  readonly stale?: boolean
  readonly onRetry?: (() => unknown) | undefined
}) =>
  // That the server cannot be reached is said once, in the top line.
  problem === null || (problem.offline && stale && connection.value === 'lost') ? null : (
    <div class="note note-problem" role="alert">
      <Icon name="warning" />
      <p class="grow hostile">
        {problemText(problem)} {stale && <span class="muted">{t('keepsOldPlain')}</span>}
      </p>
      {onRetry !== undefined && (
        <Button small onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  )

/** Something to know, in one of four tones. */
export const Note = ({
  tone = 'info',
  children,
  action,
}: {
  readonly tone?: 'info' | 'good' | 'warn' | 'problem'
  readonly children: ComponentChildren
  readonly action?: ComponentChildren
}) => (
  <div class={`note note-${tone}`}>
    <Icon name={tone === 'info' ? 'info' : tone === 'good' ? 'check' : 'warning'} />
    <div class="grow">{children}</div>
    {action}
  </div>
)

const LATE_MS = 150

/** Lines that keep the layout while something loads; they are seen only when it takes a moment. */
export const Skeleton = ({
  lines = 6,
  tall = false,
}: {
  readonly lines?: number
  readonly tall?: boolean
}) => {
  const isSeen = useSignal(false)
  useEffect(() => {
    const timer = setTimeout(() => void (isSeen.value = true), LATE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div class={isSeen.value ? 'skeleton' : 'skeleton skeleton-early'} aria-busy="true">
      <span class="unseen" role="status">
        {isSeen.value ? t('loading') : ''}
      </span>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class={tall ? 'skeleton-line skeleton-tall' : 'skeleton-line'} />
      ))}
    </div>
  )
}

/** What was loaded, or what stands in for it. */
export function Content<T>({
  of: { data, problem, reload },
  lines,
  children,
}: {
  readonly of: Loaded<T>
  readonly lines?: number
  readonly children: (data: T) => ComponentChildren
}) {
  const found = data.value
  return (
    <>
      <ProblemNote problem={problem.value} stale={found !== undefined} onRetry={reload} />
      {found !== undefined ? (
        children(found)
      ) : problem.value === null ? (
        <Skeleton lines={lines ?? 6} />
      ) : null}
    </>
  )
}
