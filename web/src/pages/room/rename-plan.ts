// What a rename would do, worked out before it is asked for. Pure; the server decides.

import { handleOf } from '../rooms/pasted.ts'

export type RenamePlan =
  | { readonly what: 'nothing' | 'no_handle' | 'same' }
  | { readonly what: 'rename' | 'taken'; readonly to: string }

export const renameOf = (text: string, from: string, isRoom: (handle: string) => boolean): RenamePlan => {
  if (text.trim() === '') return { what: 'nothing' }
  const to = handleOf(text)
  if (to === null) return { what: 'no_handle' }
  if (to === from) return { what: 'same' }
  return { what: isRoom(to) ? 'taken' : 'rename', to }
}
