// Opens the command palette with `/` or Ctrl-K from anywhere. It is loaded when the page has nothing else to do, so
// that it is there when it is asked for and never in the way before.

import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { toastProblem } from '../parts/toast.tsx'

/** Loaded this long after the frame appeared, when nobody asked for it before. */
const AHEAD_MS = 1_500

export const isPaletteOpen = signal(false)
const found = signal<ComponentType<{ readonly onClose: () => void }> | null>(null)

const load = async (): Promise<void> => {
  found.value ??= (await import('./palette.tsx')).default
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Listens for the keys that open it; for as long as the frame is there. */
export const usePaletteKeys = (): void => {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const byK = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)
      const bySlash =
        event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)
      if (!byK && !bySlash) return
      // Another dialog has the page.
      if (document.querySelector('dialog[open]:not(.palette)') !== null) return
      event.preventDefault()
      isPaletteOpen.value = byK ? !isPaletteOpen.value : true
    }
    const idle = setTimeout(() => void load().catch(() => undefined), AHEAD_MS)
    addEventListener('keydown', onKey)
    return () => {
      clearTimeout(idle)
      removeEventListener('keydown', onKey)
    }
  }, [])
}

const close = (): void => {
  isPaletteOpen.value = false
}

export const PaletteHost = () => {
  const isOpen = isPaletteOpen.value
  useEffect(() => {
    if (!isOpen || found.peek() !== null) return
    load().catch((error: unknown) => {
      close()
      toastProblem(error)
    })
  }, [isOpen])
  const Palette = found.value
  return isOpen && Palette !== null ? <Palette onClose={close} /> : null
}
