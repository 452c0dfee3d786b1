// A machine with all its actors: how many are in which state, and every step of any of them as it happens.

import type { Signal } from '@preact/signals'
import { t } from '../../words/machines.ts'
import type { Kind } from './actor-list.tsx'
import { countsOf } from './actors.ts'
import { AsTable } from './as-table.tsx'
import { NOTHING_SHOWN } from './drawing.tsx'
import { Scene } from './scene.tsx'
import type { Actor, Machine, Picture } from './types.ts'

export interface Shared {
  readonly machine: Machine
  readonly kind: Kind
  readonly picture: Picture | undefined
  readonly actors: readonly Actor[] | null
  /** Whether the state that only follows a start is drawn too. */
  readonly isWhole: Signal<boolean>
}

export const Overview = ({
  machine,
  picture,
  actors,
  isWhole,
  lit,
}: Shared & { readonly lit: ReadonlyMap<string, number> }) => {
  const counts = countsOf(actors ?? [])
  const says = [...counts].map(([state, n]) => t('actorsIn', { n, state })).join(', ')
  return (
    <>
      <Scene
        machine={machine}
        picture={picture}
        isWhole={isWhole}
        says={says === '' ? t('noActors') : says}
        focus={null}
        shown={{ ...NOTHING_SHOWN, counts, lit }}
      />
      <p class="muted">
        {t('choose')} {t('chooseSays')}
      </p>
      <AsTable machine={machine} counts={counts} active={null} />
    </>
  )
}
