// A picture for each type of asset, drawn: what is in the file is only looked at when somebody opens it.

import type { AssetType } from './kinds.ts'
import { extensionOf } from './kinds.ts'
import type { Asset } from './types.ts'

const PATHS: Readonly<Record<AssetType, string>> = {
  vrm: 'M12 11.5a3.8 3.8 0 1 0 0-7.600 3.8 3.8 0 0 0 0 7.600ZM4.5 20.500c.6-4.200 3.600-6.500 7.500-6.500s6.900 2.300 7.500 6.500M10.3 7.600h.01M13.7 7.600h.01',
  animation:
    'M14.5 4.500h.01M13 8l-3 3.500 3 2.500-1.500 5M10 11.500 7 10M13 8l3.500 2.500 2.500-1M11.5 14 7 19',
  bgm: 'M9 18V6l10-2v12M9 18a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0ZM19 16a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0Z',
  hdr: 'M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400',
  scene: 'M12 2.800 20.500 7.500v9L12 21.200 3.500 16.500v-9zM3.500 7.500 12 12.200l8.500-4.700M12 12.200v9',
}

export const AssetIcon = ({ asset, small = false }: { readonly asset: Asset; readonly small?: boolean }) => (
  <span
    class={small ? 'asset-icon asset-icon-small' : 'asset-icon'}
    data-type={asset.type}
    aria-hidden="true"
  >
    <svg
      width={small ? 18 : 40}
      height={small ? 18 : 40}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={small ? 1.6 : 1.2}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[asset.type]} />
    </svg>
    {!small && <span class="asset-extension">{extensionOf(asset.s3_key)}</span>}
  </span>
)
