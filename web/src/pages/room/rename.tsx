// A room's handle has changed: what renaming it would do is said before it is done.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { Room } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { errorAt, Field } from '../../parts/fields.tsx'
import { Note, ProblemNote } from '../../parts/notes.tsx'
import { toast } from '../../parts/toast.tsx'
import { go, route } from '../../router.tsx'
import { isOperator } from '../../state/me.ts'
import { putRoom, roomOf } from '../../state/rooms.ts'
import { t as shared } from '../../words/parts.ts'
import { t } from '../../words/room.ts'
import { renameOf, type RenamePlan } from './rename-plan.ts'

const Plan = ({
  plan,
  from,
  isRecording,
}: {
  readonly plan: RenamePlan
  readonly from: string
  readonly isRecording: boolean
}) => {
  switch (plan.what) {
    case 'nothing':
      return null
    case 'no_handle':
      return <Note tone="warn">{t('noHandle')}</Note>
    case 'same':
      return <Note>{t('wouldSame')}</Note>
    case 'taken':
      return <Note tone="warn">{t('wouldTaken', { to: plan.to })}</Note>
    case 'rename':
      return (
        <Note>
          <ul class="plan">
            <li>
              <strong>{t('wouldRename', { from, to: plan.to })}</strong>
            </li>
            <li>{t('wouldKeep')}</li>
            <li>{t('wouldLook', { to: plan.to })}</li>
            {isRecording && <li>{t('wouldGoOn')}</li>}
            <li>{t('wouldOld', { from })}</li>
          </ul>
        </Note>
      )
  }
}

export const Renaming = ({
  room,
  onClose,
  onMerge,
}: {
  readonly room: Room
  readonly onClose: () => void
  readonly onMerge: (into: string) => void
}) => {
  const text = useSignal('')
  const problem = useSignal<ApiProblem | null>(null)
  const isBusy = useSignal(false)
  const plan = renameOf(text.value, room.handle, (handle) => roomOf(handle) !== undefined)
  const submit = async (): Promise<void> => {
    if (plan.what !== 'rename' || isBusy.value) return
    isBusy.value = true
    const from = route.peek().path
    try {
      const renamed = await api.post<Room>(`/api/rooms/${room.id}/rename`, { handle: plan.to })
      putRoom(renamed)
      toast(t('renamed', { to: renamed.handle }))
      onClose()
      if (route.peek().path === from) go(`/rooms/${renamed.handle}`, { replace: true })
    } catch (error) {
      problem.value = problemOf(error)
    }
    isBusy.value = false
  }
  return (
    <Dialog
      title={t('renameTitle', { handle: room.handle })}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy.value}
      actions={
        <>
          <Button onClick={onClose} disabled={isBusy.value}>
            {shared('cancel')}
          </Button>
          {plan.what === 'taken' && isOperator() ? (
            <Button tone="main" onClick={() => onMerge(plan.to)} disabled={isBusy.value}>
              {t('mergeInstead')}
            </Button>
          ) : (
            <Button tone="main" submit busy={isBusy.value} disabled={plan.what !== 'rename'}>
              {t('rename')}
            </Button>
          )}
        </>
      }
    >
      <div class="stack">
        <Field
          label={t('newHandle')}
          hint={t('newHandleHint')}
          value={text.value}
          error={errorAt(problem.value, 'handle')}
          onInput={(value) => {
            text.value = value
            problem.value = null
          }}
          attrs={{ maxLength: 300 }}
        />
        <div aria-live="polite">
          <Plan plan={plan} from={room.handle} isRecording={room.session !== null} />
        </div>
        {problem.value?.field !== '/handle' && <ProblemNote problem={problem.value} />}
      </div>
    </Dialog>
  )
}
