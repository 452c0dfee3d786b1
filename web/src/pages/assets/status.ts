// What an asset's status says, and why it is not ready, in words with what to do.

import { t } from '../../words/assets.ts'
import type { Asset } from './types.ts'

type Words = keyof typeof t.words

/** `why` is null when nothing is wrong. */
export const statusWords = ({
  status,
  error_code: code,
}: Pick<Asset, 'status' | 'error_code'>): { readonly word: string; readonly why: string | null } => {
  const word = t(`status_${status}`)
  if (status === 'ready' || status === 'uploading') return { word, why: null }
  const key = `why_${code ?? 'unknown'}`
  const known = key in t.words ? (key as Words & `why_${string}`) : 'why_unknown'
  return { word, why: t(known) }
}
