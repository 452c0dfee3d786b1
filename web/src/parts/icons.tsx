// The few icons there are, drawn on 16 × 16 with one stroke. Decoration only: whatever has one also has a name.

const PATHS = {
  rooms: 'M2.5 3.5h11M2.5 8h11M2.5 12.5h7',
  live: 'M8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4ZM5.2 10.8a4 4 0 0 1 0-5.6M10.8 5.2a4 4 0 0 1 0 5.6M3.1 12.9a7 7 0 0 1 0-9.8M12.9 3.1a7 7 0 0 1 0 9.8',
  sessions: 'M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3',
  assets: 'M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.2v6',
  machines: 'M2.5 3h4v3h-4zM9.5 10h4v3h-4zM4.5 6v5.5h5M6.5 4.5h5V10',
  system: 'M2.5 11.5a5.5 5.5 0 1 1 11 0M8 11.5l2.6-4',
  reference:
    'M2.5 3C5 2.6 7 3 8 4.2 9 3 11 2.6 13.5 3v9.5C11 12.1 9 12.5 8 13.7 7 12.5 5 12.1 2.5 12.5zM8 4.2v9.5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 14 14',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  whole: 'M2.5 6v-3.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  target: 'M8 12.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM8 1v3M8 12v3M1 8h3M12 8h3',
  start: 'M12 3 7 8l5 5M4 3v10',
  end: 'M4 3l5 5-5 5M12 3v10',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  play: 'M5 3.2v9.6L12.5 8z',
  stop: 'M4 4h8v8H4z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  left: 'M10 3 5 8l5 5',
  right: 'M6 3l5 5-5 5',
  up: 'M3 10l5-5 5 5',
  down: 'M3 6l5 5 5-5',
  filter: 'M2.5 3.5h11L9.5 8.5v4l-3 1v-5z',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11',
  upload: 'M8 11V3M4.5 6 8 2.5 11.5 6M2.5 13.5h11',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  trash: 'M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.5 9h6l.5-9',
  edit: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3z',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z',
  lock: 'M4 7.5h8v6H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.5h.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5h.01',
  person: 'M8 8a2.8 2.8 0 1 0 0-5.5A2.8 2.8 0 0 0 8 8ZM2.8 13.5a5.2 5.2 0 0 1 10.4 0',
  language: 'M2 4h7M5.5 2.5V4M7.5 4C7 7 4.5 9 2.5 10M4 6.5c1 1.5 2.5 2.7 4 3.2M8 13.5l3-7 3 7M9 11.5h4',
  theme: 'M8 13.5A5.5 5.5 0 1 0 8 2.5zM8 2.5a5.5 5.5 0 0 1 0 11',
  leave: 'M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6',
  external: 'M6.5 3.5h-4v10h10v-4M9.5 2.5h4v4M13.5 2.5 7.5 8.5',
  merge: 'M4 2.5v3c0 2 4 2.5 4 5v3M12 2.5v3c0 2-4 2.5-4 5',
  link: 'M6.5 9.5l3-3M7 5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.8 2.8 0 0 1-4-4L5 7',
} as const

export type IconName = keyof typeof PATHS

export const Icon = ({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    class="icon"
    width={size}
    height={size}
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    stroke-width={name === 'more' ? 2.2 : 1.5}
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    <path d={PATHS[name]} />
  </svg>
)
