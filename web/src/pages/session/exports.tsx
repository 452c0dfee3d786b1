// The exports of a session in one menu, each with the size it will about have. The formats are those the server offers.

import { useRef } from 'preact/hooks'
import { api } from '../../api/fetch.ts'
import { bytesText, numberText } from '../../parts/figures.ts'
import { Menu } from '../../parts/menu.tsx'
import { useLoad } from '../../state/load.ts'
import { formats, t } from '../../words/session-page.ts'
import { sayOr } from '../../words/words.ts'

interface Offered {
  readonly format: string
  readonly rows: number
  readonly estimatedBytes: number | null
}

const GROUPS: readonly (readonly string[])[] = [
  ['ndjson'],
  ['csv'],
  ['parquet'],
  ['ass', 'srt', 'vtt'],
  ['html'],
]
const groupOf = (format: string): number =>
  GROUPS.findIndex((words) => words.some((word) => format === word || format.startsWith(`${word}.`)))

const useExports = (sessionId: string, isOpen: boolean) =>
  useLoad(
    (signal) =>
      api.get<{ readonly formats: readonly Offered[] }>(`/api/sessions/${sessionId}/exports`, { signal }),
    [sessionId, isOpen],
  )

export const useTotalRows = (sessionId: string, isArchived: boolean, parts: string): number | null => {
  const { data } = useLoad(
    async (signal) => {
      if (!isArchived) return null
      const response = await fetch(`/api/sessions/${sessionId}/export`, { method: 'HEAD', signal })
      const rows = response.headers.get('x-total-rows')
      return response.ok && rows !== null ? Number(rows) : null
    },
    [sessionId, isArchived, parts],
  )
  return data.value ?? null
}

export const ExportMenu = ({
  sessionId,
  isOpen,
  isPruned,
}: {
  readonly sessionId: string
  readonly isOpen: boolean
  readonly isPruned: boolean
}) => {
  const { data, problem, reload } = useExports(sessionId, isOpen)
  // What was offered last stays while it is read anew: somebody may be in the menu.
  const last = useRef<readonly Offered[]>([])
  last.current = data.value?.formats ?? last.current
  const offered = last.current
  const first = offered.findIndex(({ format }) => format === 'ndjson')
  const items = offered.map(({ format, estimatedBytes, rows }, index) => ({
    label: sayOr(formats, format),
    icon: 'download' as const,
    href: `/api/sessions/${sessionId}/export?format=${encodeURIComponent(format)}`,
    says: estimatedBytes === null ? numberText(rows) : t('exportAbout', { size: bytesText(estimatedBytes) }),
    apart: index !== first && groupOf(format) !== groupOf(offered[index - 1]?.format ?? ''),
  }))
  const head = isPruned ? t('exportPruned') : isOpen ? t('exportOpen') : undefined
  return (
    // While a session is open it grows: how much there is, is asked whenever somebody looks.
    <div class="export-menu" onClickCapture={() => void reload()}>
      <Menu
        label={t('exports')}
        text={t('exports')}
        icon="download"
        class="button"
        head={problem.value !== null && offered.length === 0 ? t('exportFails') : head}
        items={
          offered.length > 0 || problem.value === null
            ? items
            : [{ label: t('exports'), icon: 'retry', act: reload }]
        }
      />
    </div>
  )
}
