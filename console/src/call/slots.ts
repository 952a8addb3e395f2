/**
 * Incoming media of a call of many. A slot is a pair of tracks; whose media it carries just now stands in each packet, as
 * the contributing source (RFC 3550 §5.1): the last eight hexadecimal digits of that leg's id.
 */
export interface Slot {
  /** 0 is the pair that the browser offered itself; further ones come with the platform's offers. */
  number: number;
  /** The same object for as long as the slot lasts. */
  stream: MediaStream;
  receivers: readonly RTCRtpReceiver[];
}

export type MakeStream = () => MediaStream;

/** Prompts and silence carry no source: one that has not spoken for so long is not there any more. */
const STALE_MS = 1_000;

/** The slots of one connection, in the order of their numbers. */
export class Slots {
  #makeStream: MakeStream;
  #list: readonly Slot[];

  constructor(makeStream: MakeStream) {
    this.#makeStream = makeStream;
    this.#list = [{ number: 0, stream: makeStream(), receivers: [] }];
  }

  list = (): readonly Slot[] => this.#list;

  /** A new connection begins with the first slot alone. Its stream stays, and shows its last picture until the next. */
  reset(): void {
    this.#list = this.#list.slice(0, 1).map((first) => ({ ...first, receivers: [] }));
  }

  add(number: number, track: MediaStreamTrack, receiver: RTCRtpReceiver): void {
    const slot = this.#list.find((one) => one.number === number) ?? { number, stream: this.#makeStream(), receivers: [] };
    for (const old of slot.stream.getTracks()) if (old.kind === track.kind && old !== track) slot.stream.removeTrack(old);
    slot.stream.addTrack(track);
    const receivers = [...slot.receivers.filter((one) => one !== receiver && one.track.kind !== track.kind), receiver];
    this.#list = [...this.#list.filter((one) => one.number !== number), { ...slot, receivers }].sort(
      (one, other) => one.number - other.number,
    );
  }
}

/** The number in the id of a stream of the platform's; what has none is the browser's own pair. */
export function slotNumber(streamId: string | undefined): number {
  const found = /^slot(\d+)$/.exec(streamId ?? '');
  return found ? Number(found[1]) : 0;
}

/** Whose media a slot carries now, or null while it carries nobody's. */
export function sourceOf(receivers: readonly Pick<RTCRtpReceiver, 'getContributingSources' | 'getSynchronizationSources'>[]): number | null {
  let newest: { source: number; at: number } | null = null;
  let packet = 0;
  for (const receiver of receivers) {
    for (const { timestamp } of receiver.getSynchronizationSources()) packet = Math.max(packet, timestamp);
    for (const { source, timestamp } of receiver.getContributingSources()) {
      if (newest === null || timestamp > newest.at) newest = { source, at: timestamp };
    }
  }
  return newest !== null && packet - newest.at < STALE_MS ? newest.source : null;
}

/** What a leg's packets are marked with. */
export function sourceOfLeg(legId: string): number {
  return Number.parseInt(legId.slice(-8), 16);
}

/**
 * Which slot carries which leg. Two who are alone with each other need no marks: whatever comes in the only slot is the
 * other one's.
 */
export function slotsByLeg(legIds: readonly string[], slots: readonly Slot[], sources: ReadonlyMap<number, number | null>): Map<string, Slot> {
  const found = new Map<string, Slot>();
  for (const id of legIds) {
    const slot = slots.find(({ number }) => sources.get(number) === sourceOfLeg(id));
    if (slot) found.set(id, slot);
  }
  const [only, ...others] = legIds;
  const [first, ...further] = slots;
  if (only !== undefined && first && others.length === 0 && further.length === 0 && sources.get(0) == null) found.set(only, first);
  return found;
}
