// The name of an asset, changed in its place. Its key stays: others may refer to it.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/fields.tsx'
import { toast } from '../../parts/toast.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { t } from '../../words/assets.ts'
import type { Asset } from './types.ts'

const NAME_MAX = 200

export const Rename = ({
  asset,
  onChange,
}: {
  readonly asset: Asset
  readonly onChange: (asset: Asset) => void
}) => {
  const name = useSignal(asset.display_name)
  const problem = useSignal<ApiProblem | null>(null)
  const isChanged = name.value.trim() !== asset.display_name && name.value.trim() !== ''
  const save = async (): Promise<void> => {
    if (!isChanged) return
    try {
      const path = `/api/s3/resources/${encodeURIComponent(asset.id)}`
      const changed = await api.patch<Asset>(path, { display_name: name.value.trim() })
      onChange(changed)
      problem.value = null
      toast(t('changed', { name: plainText(changed.display_name, 60) }))
    } catch (error) {
      problem.value = problemOf(error)
    }
  }
  return (
    <form
      class="asset-rename"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field
        label={t('name')}
        value={name.value}
        onInput={(value) => void (name.value = value)}
        error={problem.value?.detail ?? problem.value?.title}
        attrs={{ maxLength: NAME_MAX }}
      />
      <Button submit disabled={!isChanged}>
        {t('rename')}
      </Button>
    </form>
  )
}
