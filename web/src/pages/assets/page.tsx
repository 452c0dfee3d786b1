// The page of `assets`, which its owner fills.

import { Skeleton } from '../../parts/notes.tsx'
import { t } from '../../words/frame.ts'

export default function Page() {
  return (
    <>
      <h1>{t('assets')}</h1>
      <Skeleton lines={8} />
    </>
  )
}
