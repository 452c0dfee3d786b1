// Files can be dropped anywhere on the page; while some are dragged over it, it says so. What is no file is left
// alone.

import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../../parts/icons.tsx'
import { t } from '../../words/assets.ts'
import { add } from './uploads.ts'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true

export const DropZone = ({ children }: { readonly children: ComponentChildren }) => {
  const isOver = useSignal(false)
  useEffect(() => {
    let depth = 0
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth += 1
      isOver.value = true
    }
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) isOver.value = false
    }
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
    }
    const dropped = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth = 0
      isOver.value = false
      add(event.dataTransfer?.files ?? [])
    }
    const hear = [
      ['dragenter', enter],
      ['dragleave', leave],
      ['dragover', over],
      ['drop', dropped],
    ] as const
    for (const [name, listener] of hear) addEventListener(name, listener)
    return () => {
      for (const [name, listener] of hear) removeEventListener(name, listener)
    }
  }, [])
  return (
    <>
      {children}
      {isOver.value && (
        <div class="drop" aria-hidden="true">
          <div class="drop-card">
            <Icon name="upload" size={32} />
            <strong class="large">{t('dropHere')}</strong>
            <span class="muted">{t('dropHint')}</span>
          </div>
        </div>
      )}
    </>
  )
}
