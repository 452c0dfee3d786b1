// A picture of a machine as an SVG of its own: for documents, and for those who want a file. It takes the colours of
// whoever looks (light or dark) and needs nothing besides itself.

import type { Picture } from './machines-picture-shapes.ts'

const STYLE = `
.m{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;--ink:#1f2430;--dim:#5d6475;--line:#8b93a7;--paper:#fff;--box:#fff;--group:#f4f5f8}
@media (prefers-color-scheme:dark){.m{--ink:#e7e9ef;--dim:#a3aabb;--line:#697086;--paper:#14161c;--box:#1d2029;--group:#191c23}}
.m .paper{fill:var(--paper)}.m .box{fill:var(--box);stroke:var(--line)}.m .group{fill:var(--group);stroke:var(--line);stroke-dasharray:4 3}
.m .edge{fill:none;stroke:var(--line);stroke-linejoin:round}.m .mark,.m .tip{fill:var(--line)}.m .under{fill:var(--paper);opacity:.86}
.m text{fill:var(--dim)}.m .name{fill:var(--ink);font-size:13px;font-weight:600}
`.trim()

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const round = (value: number): number => Math.round(value * 10) / 10

const wayOf = (path: string): string => `<path class="edge" d="${path}" marker-end="url(#tip)"/>`

export const svgOf = ({ machine, width, height, states, edges, marks }: Picture): string => {
  const groups = states.filter(({ isCompound }) => isCompound)
  const boxes = states.filter(({ isCompound }) => !isCompound)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="m" role="img" aria-label="The machine ${escaped(machine)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 1 7 4 0 7z"/></marker></defs>',
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...groups.map(
      ({ x, y, width: w, height: h, name }) =>
        `<rect class="group" x="${x}" y="${y}" width="${w}" height="${h}" rx="12"/><text class="name" x="${round(x + 14)}" y="${round(y + 22)}">${escaped(name)}</text>`,
    ),
    ...marks.flatMap(({ id, x, y, radius, path }) => [
      ...(path === '' ? [] : [wayOf(path)]),
      id === 'any'
        ? `<text x="${x}" y="${round(y + 4)}" text-anchor="middle">any</text>`
        : `<circle class="mark" cx="${x}" cy="${y}" r="${radius}"/>`,
    ]),
    ...edges.map(({ path }) => wayOf(path)),
    ...boxes.flatMap(({ x, y, width: w, height: h, name, runs }) => [
      `<rect class="box" x="${x}" y="${y}" width="${w}" height="${h}" rx="9"/><text class="name" x="${round(x + w / 2)}" y="${round(y + 22)}" text-anchor="middle">${escaped(name)}</text>`,
      ...(runs.length > 0
        ? [
            `<text x="${round(x + w / 2)}" y="${round(y + 38)}" text-anchor="middle">${escaped(runs.join(', '))}</text>`,
          ]
        : []),
    ]),
    ...edges.flatMap(({ label: { x, y, width: w, height: h, lines } }) => [
      `<rect class="under" x="${x}" y="${y}" width="${w}" height="${h}" rx="4"/>`,
      ...lines.map(
        ({ text }, index) =>
          `<text x="${round(x + 6)}" y="${round(y + 14 + index * 15)}">${escaped(text)}</text>`,
      ),
    ]),
    '</svg>',
    '',
  ].join('\n')
}
