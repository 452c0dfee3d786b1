// What can be done with the rooms that are selected: each command goes to those that would take it.

import { useSignal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import type { Room } from '../../api/types.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { toast } from '../../parts/toast.tsx'
import { commandAll, takersOf, type GroupCommand, type Outcome } from '../../state/room-commands.ts'
import { allRooms, rooms } from '../../state/rooms.ts'
import { problemText } from '../../words/problems.ts'
import { t } from '../../words/rooms.ts'
import { ICONS } from './commands.tsx'
import { askRemoval, removing, select, selected } from './selection.ts'

const BULK: readonly GroupCommand[] = [
  'start',
  'startAnyway',
  'stop',
  'end-session',
  'release',
  'watch',
  'unwatch',
  'remove',
]

/** What ends the recording of several rooms, until it was confirmed. */
interface Ending {
  readonly name: 'stop' | 'end-session'
  readonly targets: readonly Room[]
}

const told = (name: GroupCommand, { done, refused }: Outcome): void => {
  const [first] = refused
  if (first === undefined) return toast(t('bulkDone', { what: t(name), n: done }))
  const reason = `@${first.room.handle}: ${problemText(first.problem)}`
  toast(t('bulkRefused', { what: t(name), n: done, m: refused.length, first: reason }), 'problem')
}

/** The selected rooms that are there now. */
const chosen = (): readonly Room[] => allRooms.value.filter(({ id }) => selected.value.has(id))

const recordingOf = (all: readonly Room[]): number => all.filter(({ session }) => session !== null).length

export const SelectionBar = () => {
  const settled = useSignal<number | null>(null)
  const running = useSignal(0)
  const ending = useSignal<Ending | null>(null)
  const all = chosen()

  // A question nobody answered does not wait for the next visit.
  useLayoutEffect(() => () => askRemoval([]), [])

  const carryOut = async (name: GroupCommand, targets: readonly Room[]): Promise<void> => {
    running.value = targets.length
    settled.value = 0
    const outcome = await commandAll(targets, name, (done) => (settled.value = done))
    settled.value = null
    told(name, outcome)
  }
  const act = (name: GroupCommand): unknown => {
    const targets = takersOf(all, name)
    if (targets.length === 0) return toast(t('none'), 'problem')
    if (name === 'remove') return askRemoval(targets.map(({ id }) => id))
    if ((name === 'stop' || name === 'end-session') && recordingOf(targets) > 1) {
      ending.value = { name, targets }
      return undefined
    }
    return carryOut(name, targets)
  }
  const offered = BULK.filter((name) => takersOf(all, name).length > 0)

  return (
    <>
      {all.length > 0 && (
        <div class="room-bar" role="toolbar" aria-label={t('selected', { n: all.length })}>
          <strong class="room-bar-count">
            {settled.value === null
              ? t('selected', { n: all.length })
              : t('working', { done: settled.value, all: running.value })}
          </strong>
          {offered.map((name) => (
            <Button
              key={name}
              small
              once
              tone={name === 'remove' ? 'danger' : 'plain'}
              icon={ICONS[name === 'startAnyway' ? 'start' : name]}
              busy={settled.value !== null}
              onClick={() => act(name)}
            >
              {t(name)}
            </Button>
          ))}
          <IconButton icon="close" label={t('clear')} onClick={() => select([])} />
        </div>
      )}
      {ending.value !== null && (
        <EndingQuestion {...ending.value} carryOut={carryOut} onClose={() => (ending.value = null)} />
      )}
      <Removal />
    </>
  )
}

const EndingQuestion = ({
  name,
  targets,
  carryOut,
  onClose,
}: Ending & {
  readonly carryOut: (name: GroupCommand, targets: readonly Room[]) => Promise<void>
  readonly onClose: () => void
}) => (
  <Confirm
    title={t(name === 'stop' ? 'stopTitle' : 'endTitle', { n: targets.length })}
    label={t(name)}
    onClose={onClose}
    act={() => {
      // The bar tells how far it is; nobody has to wait before the question for it.
      void carryOut(name, targets)
      return Promise.resolve()
    }}
  >
    <p>{name === 'stop' ? t('stopText', { n: recordingOf(targets) }) : t('endText')}</p>
  </Confirm>
)

/** Asks before rooms are removed, whoever wants it. */
const Removal = () => {
  const ids = removing.value
  if (ids.length === 0) return null
  const targets = ids.flatMap((id) => rooms.peek().get(id)?.peek() ?? [])
  const [only] = targets
  return (
    <Confirm
      title={
        targets.length === 1 && only !== undefined
          ? t('removeOne', { handle: only.handle })
          : t('removeTitle', { n: targets.length })
      }
      label={t('remove')}
      onClose={() => askRemoval([])}
      act={async () => {
        const outcome = await commandAll(targets, 'remove')
        const [first] = outcome.refused
        if (targets.length === 1 && first !== undefined) throw first.problem
        told('remove', outcome)
      }}
    >
      <p>{t('removeText')}</p>
    </Confirm>
  )
}
