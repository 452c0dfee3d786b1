// The ingress service: what a producer publishes to. Only its book-keeping; nothing is received.

import {
  CreateIngressRequest,
  DeleteIngressRequest,
  IngressInfo,
  IngressInput,
  IngressState,
  ListIngressRequest,
  ListIngressResponse,
} from '@livekit/protocol'
import { randomBytes } from 'node:crypto'
import { TwirpError } from './twirp.ts'

export class Ingresses {
  readonly all: IngressInfo[] = []

  create(request: CreateIngressRequest): IngressInfo {
    if (request.roomName === '') throw new TwirpError('invalid_argument', 'room_name is required')
    const isRtmp = request.inputType === IngressInput.RTMP_INPUT
    const info = new IngressInfo({
      ingressId: `IN_${randomBytes(6).toString('hex')}`,
      name: request.name,
      streamKey: randomBytes(12).toString('base64url').replace(/[-_]/g, 'x'),
      url: isRtmp ? 'rtmp://127.0.0.1:1935/x' : 'http://127.0.0.1:8080/w',
      inputType: request.inputType,
      roomName: request.roomName,
      participantIdentity: request.participantIdentity,
      participantName: request.participantName,
      reusable: request.inputType !== IngressInput.URL_INPUT,
      state: new IngressState(),
    })
    this.all.push(info)
    return info.clone()
  }

  list({ roomName, ingressId }: ListIngressRequest): ListIngressResponse {
    return new ListIngressResponse({
      items: this.all
        .filter((info) => roomName === '' || info.roomName === roomName)
        .filter((info) => ingressId === '' || info.ingressId === ingressId)
        .map((info) => info.clone()),
    })
  }

  remove({ ingressId }: DeleteIngressRequest): IngressInfo {
    const at = this.all.findIndex((info) => info.ingressId === ingressId)
    const [gone] = at < 0 ? [] : this.all.splice(at, 1)
    if (gone === undefined) throw new TwirpError('not_found', 'ingress does not exist')
    return gone
  }
}
