// The picture with its frame: what is drawn on it, the choice of how much, and what stands there until it is laid out.

import type { Signal } from '@preact/signals'
import { Check } from '../../parts/fields.tsx'
import { t } from '../../words/machines.ts'
import { Canvas } from './canvas.tsx'
import { Drawing, type Shown } from './drawing.tsx'
import type { Box, Machine, Picture } from './types.ts'

export const Scene = ({
  machine,
  picture,
  isWhole,
  says,
  focus,
  shown,
}: {
  readonly machine: Machine
  readonly picture: Picture | undefined
  readonly isWhole: Signal<boolean>
  readonly says: string
  readonly focus: Box | null
  readonly shown: Shown
}) => {
  const hasStart = machine.transitions.some(({ from, kind }) => from === machine.initial && kind === 'always')
  return (
    <section class="panel scene" aria-label={t('picture', { name: machine.id })}>
      {picture === undefined ? (
        <div class="canvas canvas-empty" aria-busy="true">
          <p class="muted" role="status">
            {t('drawing')}
          </p>
        </div>
      ) : (
        <Canvas name={t('picture', { name: machine.id })} says={says} picture={picture} focus={focus}>
          <Drawing picture={picture} transitions={machine.transitions} shown={shown} />
        </Canvas>
      )}
      {hasStart && (
        <div class="scene-choice" title={t('startUpSays')}>
          <Check
            label={t('startUp')}
            checked={isWhole.value}
            onChange={(checked) => void (isWhole.value = checked)}
          />
        </div>
      )}
    </section>
  )
}
