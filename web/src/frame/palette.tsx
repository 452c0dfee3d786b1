// The command palette, open: a combobox whose list is what palette-entries.ts finds; the arrows choose, Enter carries
// out. The keys that open it are in palette-host.tsx.

import { useSignal } from '@preact/signals'
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from '../parts/icons.tsx'
import { Stranger } from '../parts/stranger.tsx'
import { StateChip } from '../parts/state-chip.tsx'
import { toastProblem } from '../parts/toast.tsx'
import { allRooms, rooms } from '../state/rooms.ts'
import { t } from '../words/palette.ts'
import { carryOut, iconOf, nameOf, places } from './palette-acts.ts'
import { entriesFor, keyOf, standing, type Entry } from './palette-entries.ts'
import './palette.css'

const Option = ({
  entry,
  id,
  isChosen,
  onPoint,
  onPick,
}: {
  readonly entry: Entry
  readonly id: string
  readonly isChosen: boolean
  readonly onPoint: () => void
  readonly onPick: () => void
}) => (
  // The input keeps the focus and names the chosen option, as the pattern for comboboxes asks.
  <div
    id={id}
    role="option"
    class="palette-option"
    aria-selected={isChosen}
    onPointerMove={onPoint}
    onClick={onPick}
  >
    <Icon name={iconOf(entry)} />
    <span class="one-line">{nameOf(entry)}</span>
    {'room' in entry && entry.room.displayName !== null && (
      <Stranger class="one-line faint small" text={entry.room.displayName} max={40} />
    )}
    {'room' in entry && (entry.kind === 'open' || entry.kind === 'command') && (
      <span class="end">
        <StateChip small state={rooms.value.get(entry.room.id)?.value.state ?? entry.room.state} />
      </span>
    )}
  </div>
)

export default function Palette({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const text = useSignal('')
  const chosen = useSignal(0)
  const id = useId()
  const shown = useRef<{ readonly for: string; readonly entries: readonly Entry[] }>(null)
  const entries = standing(
    shown.current?.for === text.value ? shown.current.entries : [],
    entriesFor(text.value, { rooms: allRooms.value, places: places() }),
  )
  shown.current = { for: text.value, entries }
  const at = Math.min(chosen.value, entries.length - 1)

  // At once and not after the next frame: whoever types on meanwhile types where the focus is.
  useLayoutEffect(() => {
    const opened = dialog.current
    opened?.showModal()
    // The browser gives the focus back to where it was.
    return () => opened?.close()
  }, [])
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at, text.value])

  const pick = (entry: Entry | undefined): void => {
    if (entry === undefined) return
    onClose()
    carryOut(entry).catch(toastProblem)
  }
  const onKey = (event: KeyboardEvent): void => {
    const last = entries.length - 1
    const to = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    }[event.key]
    if (to !== undefined) chosen.value = to
    else if (event.key === 'Enter' && !event.isComposing) pick(entries[at])
    else return
    event.preventDefault()
  }

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={t('title')}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div class="palette-inner">
        <div class="palette-field">
          <Icon name="search" />
          <input
            role="combobox"
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
            aria-label={t('title')}
            autoComplete="off"
            spellcheck={false}
            placeholder={t('placeholder')}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value
              chosen.value = 0
            }}
            onKeyDown={onKey}
          />
        </div>
        <div
          ref={list}
          id={`${id}-list`}
          class="palette-list"
          role="listbox"
          aria-label={t('results')}
          tabIndex={-1}
        >
          {entries.map((entry, index) => (
            <Option
              key={keyOf(entry)}
              entry={entry}
              id={`${id}-${index}`}
              isChosen={index === at}
              onPoint={() => void (chosen.value = index)}
              onPick={() => pick(entry)}
            />
          ))}
        </div>
        {entries.length === 0 && <p class="palette-nothing muted">{t('nothing')}</p>}
        <p class="palette-keys faint small">{t('keys')}</p>
        <span class="unseen" role="status">
          {t('count', { n: entries.length })}
        </span>
      </div>
    </dialog>
  )
}
