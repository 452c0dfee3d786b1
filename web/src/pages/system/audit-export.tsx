// The audit as a file, as it is filtered: read page by page in the browser, with a limit, and kept nowhere else.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import type { Page } from '../../api/types.ts'
import { Menu } from '../../parts/menu.tsx'
import { toast } from '../../parts/toast.tsx'
import { t } from '../../words/care.ts'
import type { AuditFilter, AuditRow } from './audit-filter.ts'
import { csvOf } from './csv.ts'

const PAGE = 500
const ROWS_MAX = 100_000

const save = (name: string, type: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export const AuditExport = ({
  filter,
  roomName,
}: {
  readonly filter: AuditFilter
  readonly roomName: (id: string | null) => string
}) => {
  const read = useSignal<number | null>(null)
  const collect = async (): Promise<readonly AuditRow[]> => {
    const rows: AuditRow[] = []
    let cursor: string | null = null
    do {
      const page: Page<AuditRow> = await api.get('/api/audit', { query: { ...filter, limit: PAGE, cursor } })
      rows.push(...page.items)
      read.value = rows.length
      cursor = page.next
    } while (cursor !== null && rows.length < ROWS_MAX)
    if (cursor !== null) toast(t('exportCut', { n: ROWS_MAX }), 'problem')
    return rows
  }
  const carryOut = async (format: 'csv' | 'ndjson'): Promise<void> => {
    if (read.value !== null) return
    read.value = 0
    try {
      const rows = await collect()
      const day = new Date().toISOString().slice(0, 10)
      if (format === 'ndjson') {
        const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
        save(`audit-${day}.ndjson`, 'application/x-ndjson', lines)
      } else {
        const text = csvOf<AuditRow>(
          [
            ['seq', (row) => row.seq],
            ['at', (row) => new Date(row.at).toISOString()],
            ['actor', (row) => row.actor],
            ['ip', (row) => row.ip],
            ['action', (row) => row.action],
            ['room', (row) => roomName(row.roomId)],
            ['target', (row) => row.target],
            ['outcome', (row) => row.outcome],
            ['code', (row) => row.code],
            ['detail', (row) => row.detail],
            ['hash', (row) => row.hash],
          ],
          rows,
        )
        save(`audit-${day}.csv`, 'text/csv', text)
      }
      toast(t('exported', { n: rows.length }))
    } finally {
      read.value = null
    }
  }
  return (
    <Menu
      label={t('export')}
      icon="download"
      class="button"
      text={read.value === null ? t('export') : t('exporting', { n: read.value })}
      items={[
        { label: t('exportCsv'), act: () => carryOut('csv') },
        { label: t('exportNdjson'), act: () => carryOut('ndjson') },
      ]}
    />
  )
}
