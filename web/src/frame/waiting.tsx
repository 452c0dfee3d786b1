// Until it is known who looks: nothing for a moment, then why not. It is tried again by itself.

import { useEffect } from 'preact/hooks'
import { Empty } from '../parts/notes.tsx'
import { findMe, meProblem } from '../state/me.ts'
import { t } from '../words/login.ts'
import { problemText } from '../words/problems.ts'

const AGAIN_MS = 2_000

export const Waiting = () => {
  useEffect(() => {
    const timer = setInterval(() => void findMe(), AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  const problem = meProblem.value
  if (problem === null) return null
  return (
    <main>
      <Empty icon="warning" title="Roomkeeper">
        {problem.offline ? t('unreachable') : problemText(problem)}
      </Empty>
    </main>
  )
}
