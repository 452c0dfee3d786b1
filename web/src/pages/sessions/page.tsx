// The page of `sessions`, which its owner fills.

import { Skeleton } from '../../parts/notes.tsx'
import { t } from '../../words/frame.ts'

export default function Page() {
  return (
    <>
      <h1>{t('sessions')}</h1>
      <Skeleton lines={8} />
    </>
  )
}
