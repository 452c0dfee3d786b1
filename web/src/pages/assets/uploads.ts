// The queue of uploads. It outlives the page it was begun on, so that a person can look elsewhere meanwhile; closing
// the browser asks first while something is under way.

import { computed, effect, signal } from '@preact/signals'
import { me } from '../../state/me.ts'
import type { Asset } from './types.ts'
import { Upload } from './upload.ts'

const AT_ONCE = 3

export const uploads = signal<readonly Upload[]>([])

/** What is still to be done, in bytes and files, for the head of the queue. */
export const uploadTotals = computed(() => {
  const wanted = uploads.value.filter(({ state }) => state.value !== 'cancelled')
  return {
    all: wanted.length,
    done: wanted.filter(({ state }) => state.value === 'done').length,
    active: wanted.some((upload) => upload.isActive || upload.state.value === 'waiting'),
    sizeBytes: wanted.reduce((sum, { file }) => sum + file.size, 0),
    sentBytes: wanted.reduce((sum, { sentBytes }) => sum + sentBytes.value, 0),
  }
})

/** An owner's files lie on the room's own ground. */
const groundOf = (): string | null => {
  const who = me.value
  return typeof who === 'object' && who.scope === 'owner' ? who.roomId : null
}

export const add = (files: Iterable<File>): void => {
  uploads.value = [...uploads.value, ...[...files].map((file) => new Upload(file, groundOf()))]
}

export const addReplacement = (file: File, asset: Asset): void => {
  uploads.value = [...uploads.value, new Upload(file, groundOf(), asset)]
}

export const clearEnded = (): void => {
  uploads.value = uploads.value.filter((upload) => !upload.isEnded)
}

export const drop = (upload: Upload): void => {
  if (!upload.isEnded) upload.cancel()
  uploads.value = uploads.value.filter((one) => one !== upload)
}

const warn = (event: BeforeUnloadEvent): void => event.preventDefault()

// Begins what waits as soon as there is a place for it.
effect(() => {
  const all = uploads.value
  let running = all.filter((upload) => upload.isActive).length
  for (const upload of all) {
    if (running >= AT_ONCE) break
    if (upload.state.value !== 'waiting') continue
    running += 1
    queueMicrotask(() => {
      if (upload.state.peek() === 'waiting') void upload.run()
    })
  }
})

effect(() => {
  if (uploadTotals.value.active) addEventListener('beforeunload', warn)
  else removeEventListener('beforeunload', warn)
})
