// The words of ELK that are used here. The library itself is in `machines-layout-thread.ts` alone: it is large, and
// its layouts would hold up the main thread.

export interface ElkPoint {
  readonly x: number
  readonly y: number
}

export interface ElkLabel {
  readonly text: string
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
}

export interface ElkEdge {
  readonly id: string
  readonly sources: readonly string[]
  readonly targets: readonly string[]
  readonly labels?: readonly ElkLabel[]
  readonly sections?: readonly {
    readonly startPoint: ElkPoint
    readonly endPoint: ElkPoint
    readonly bendPoints?: readonly ElkPoint[]
  }[]
}

export interface ElkNode {
  readonly id: string
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly height?: number
  readonly children?: readonly ElkNode[]
  readonly edges?: readonly ElkEdge[]
  readonly layoutOptions?: Readonly<Record<string, string>>
}
