// Merging: a room that was added twice into the other one, or the fragments of each broadcast into one session. The
// server is asked what it would do, and that is shown, before it does it.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Room } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Choice } from '../../parts/fields.tsx'
import { Note, ProblemNote, Skeleton } from '../../parts/notes.tsx'
import { toast } from '../../parts/toast.tsx'
import { go, route } from '../../router.tsx'
import { allRooms, dropRoom, loadRooms, roomOf } from '../../state/rooms.ts'
import { useLoad } from '../../state/load.ts'
import { t as shared } from '../../words/parts.ts'
import { t } from '../../words/room.ts'

interface Report {
  readonly dryRun: boolean
  readonly logId: number | null
  readonly merged: number
  readonly sessions: readonly {
    readonly sessionId: string
    readonly into: string
    readonly kind: 'fragment' | 'duplicate'
  }[]
  readonly rooms: { readonly sessionsMoved: number; readonly handles: number } | null
  readonly truncated: boolean
}

const LISTED = 12

const ask = (body: object, signal?: AbortSignal): Promise<Report> =>
  api.post<Report>('/api/maintenance/merge', body, signal === undefined ? {} : { signal })

const Joined = ({ report }: { readonly report: Report }) =>
  report.merged === 0 ? null : (
    <>
      <p>{t('mergeJoined', { n: report.merged })}</p>
      <ul class="plan">
        {report.sessions.slice(0, LISTED).map(({ sessionId, into, kind }) => (
          <li key={sessionId}>
            {t(kind === 'fragment' ? 'mergeFragment' : 'mergeDuplicate', { id: sessionId, into })}
          </li>
        ))}
        {report.merged > LISTED && <li>…</li>}
      </ul>
    </>
  )

const RoomsPlan = ({
  report,
  from,
  into,
}: {
  readonly report: Report
  readonly from: string
  readonly into: string
}) => (
  <Note>
    <div class="stack-tight">
      <p>
        <strong>{t('mergeSays', { from, into })}</strong>
      </p>
      {report.rooms !== null && (
        <p>
          {t('mergeMoved', { n: report.rooms.sessionsMoved })}{' '}
          {t('mergeHandles', { n: report.rooms.handles })}
        </p>
      )}
      {report.merged === 0 ? <p>{t('mergeNoneJoined')}</p> : <Joined report={report} />}
      <p class="muted">{t('mergeFinal')}</p>
    </div>
  </Note>
)

/** What the server says it would do; shown while the choice stands. */
const useDryRun = (body: object | null) =>
  useLoad<Report | null>(
    (signal) => (body === null ? Promise.resolve(null) : ask({ ...body, dryRun: true }, signal)),
    [JSON.stringify(body)],
  )

export const MergingRooms = ({
  room,
  first,
  onClose,
}: {
  readonly room: Room
  /** The handle of the room that is chosen already. */
  readonly first: string | null
  readonly onClose: () => void
}) => {
  const into = useSignal(first === null ? '' : (roomOf(first)?.peek().id ?? ''))
  const problem = useSignal<ApiProblem | null>(null)
  const isBusy = useSignal(false)
  const body = into.value === '' ? null : { what: 'rooms', from: room.id, into: into.value }
  const plan = useDryRun(body)
  const target = allRooms.value.find(({ id }) => id === into.value)
  const report = plan.data.value
  const submit = async (): Promise<void> => {
    if (body === null || target === undefined || isBusy.value) return
    isBusy.value = true
    const from = route.peek().path
    try {
      await ask(body)
      dropRoom(room.id)
      void loadRooms()
      toast(t('merged', { into: target.handle }))
      onClose()
      if (route.peek().path === from) go(`/rooms/${target.handle}`, { replace: true })
    } catch (error) {
      problem.value = problemOf(error)
    }
    isBusy.value = false
  }
  const others = allRooms.value
    .filter(({ id }) => id !== room.id)
    .toSorted((a, b) => (a.handle < b.handle ? -1 : 1))
  return (
    <Dialog
      title={t('mergeTitle', { from: room.handle })}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy.value}
      actions={
        <>
          <Button onClick={onClose} disabled={isBusy.value}>
            {shared('cancel')}
          </Button>
          <Button tone="danger" submit busy={isBusy.value} disabled={report === null || report === undefined}>
            {t('mergeDo')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <Choice
          label={t('mergeInto')}
          value={into.value}
          options={[['', t('mergeChoose')], ...others.map(({ id, handle }) => [id, `@${handle}`] as const)]}
          onChoose={(id) => {
            into.value = id
            problem.value = null
          }}
        />
        <div aria-live="polite">
          {body !== null && plan.loading.value && report === undefined && <Skeleton lines={4} />}
          {report !== null && report !== undefined && target !== undefined && (
            <RoomsPlan report={report} from={room.handle} into={target.handle} />
          )}
          <ProblemNote problem={problem.value ?? plan.problem.value} />
        </div>
      </div>
    </Dialog>
  )
}

export const MergingSessions = ({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) => {
  const body = { what: 'broadcasts', room: room.id }
  const plan = useDryRun(body)
  const problem = useSignal<ApiProblem | null>(null)
  const isBusy = useSignal(false)
  const report = plan.data.value
  const undo = (logId: number) => ({
    label: t('undo'),
    act: () =>
      void ask({ what: 'undo', logId }).then(
        () => toast(t('undone')),
        (error: unknown) => toast(problemOf(error).message, 'problem'),
      ),
  })
  const submit = async (): Promise<void> => {
    if (isBusy.value) return
    isBusy.value = true
    try {
      const { merged, logId } = await ask(body)
      toast(t('mergeDone', { n: merged }), 'done', logId === null ? undefined : undo(logId))
      onClose()
    } catch (error) {
      problem.value = problemOf(error)
    }
    isBusy.value = false
  }
  return (
    <Dialog
      title={t('mergeBroadcastsTitle')}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy.value}
      actions={
        <>
          <Button onClick={onClose} disabled={isBusy.value}>
            {shared('cancel')}
          </Button>
          <Button tone="main" submit busy={isBusy.value} disabled={(report?.merged ?? 0) === 0}>
            {t('mergeBroadcasts')}
          </Button>
        </>
      }
    >
      <div class="stack">
        <p class="muted">{t('mergeBroadcastsSays')}</p>
        {report === undefined ? (
          plan.problem.value === null && <Skeleton lines={3} />
        ) : report === null || report.merged === 0 ? (
          <Note tone="good">{t('mergeNothing')}</Note>
        ) : (
          <Note>
            <div class="stack-tight">
              <Joined report={report} />
              <p class="muted">{t('mergeUndo')}</p>
            </div>
          </Note>
        )}
        <ProblemNote problem={problem.value ?? plan.problem.value} />
      </div>
    </Dialog>
  )
}
