// How the report looks: both themes, and on paper. One block of style, allowed by its hash and nothing else.

import { createHash } from 'node:crypto'

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#15181d, #e7e9ee); --dim: light-dark(#5a6270, #a3abb8);
  --page: light-dark(#ffffff, #14161a); --card: light-dark(#f6f7f9, #1c1f25); --line: light-dark(#d9dde3, #343a44);
  --viewers: light-dark(#2f6fde, #7aa8ff); --chats: light-dark(#0f8a6d, #4fd1ae); --gifts: light-dark(#b8690a, #f0b45a);
  --likes: light-dark(#c2306a, #ff86b3); --gap: light-dark(#c9342c, #ff8078) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1040px; padding: 32px 20px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere }
h2 { font-size: 20px; margin: 40px 0 12px }
h3 { font-size: 15px; margin: 0 0 8px }
p { margin: 0 0 8px }
.dim, .none, caption, figcaption span { color: var(--dim) }
.note { border-left: 3px solid var(--gap); padding: 4px 12px; margin: 12px 0 }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px }
dt { color: var(--dim); font-size: 13px }
dd { margin: 0; font-size: 20px; overflow-wrap: anywhere }
figure { margin: 0 0 24px; break-inside: avoid }
figcaption { margin-bottom: 4px; font-weight: 600 }
figcaption span { font-weight: 400; margin-left: 8px }
svg { display: block; width: 100%; height: auto }
svg text { fill: var(--dim); font-size: 12px }
.grid { stroke: var(--line) } .axis { stroke: var(--dim) }
.viewers { fill: var(--viewers) } .chats { fill: var(--chats) } .gifts { fill: var(--gifts) } .likes { fill: var(--likes) }
.peak { opacity: .22 } .mean { fill: none; stroke: var(--viewers); stroke-width: 2 } .touch { fill: transparent }
.gap { fill: url(#hatch) } .hatch { stroke: var(--gap); stroke-width: 2; opacity: .5 } .pause { fill: var(--dim); opacity: .16 }
.boards { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 24px }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; padding: 5px 8px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere }
th { font-size: 13px; font-weight: 600; color: var(--dim) }
.number { text-align: right; padding-right: 0; white-space: nowrap; overflow-wrap: normal }
.when { white-space: nowrap; overflow-wrap: normal }
.sum td { font-weight: 600; border-top: 2px solid var(--ink) }
footer { margin-top: 48px; padding-top: 12px; border-top: 1px solid var(--line); color: var(--dim); font-size: 13px }
@media print { :root { color-scheme: light } body { max-width: none; padding: 0; font-size: 11px }
  h2 { break-after: avoid } tr { break-inside: avoid } dl div { background: none } }
`

/** Nothing is loaded, nothing runs, nothing is sent. */
export const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
