/** How a connection does, read from getStats once a second. */
export interface Statistics {
  rttMs: number | null;
  lossPercent: number | null;
  label: 'EXCELLENT' | 'GOOD' | 'POOR' | 'LOST';
  /** 0..1, loudness of the other side and of ourselves. */
  remoteLevel: number;
  localLevel: number;
  /** The same for each voice that comes in, by its track. */
  levels: ReadonlyMap<string, number>;
  receivedFrames: number;
}

interface Counters {
  packets: number;
  lost: number;
}

type Report = Iterable<Record<string, unknown>>;

/** Differences need the reading before: one reader a connection. */
export class StatisticsReader {
  #before: Counters | null = null;

  read(report: Report): Statistics {
    let rttMs: number | null = null;
    let remoteLevel = 0;
    let localLevel = 0;
    let receivedFrames = 0;
    const levels = new Map<string, number>();
    const now: Counters = { packets: 0, lost: 0 };
    for (const entry of report) {
      switch (entry['type']) {
        case 'candidate-pair':
          if (entry['nominated'] === true && entry['state'] === 'succeeded') {
            rttMs = number(entry['currentRoundTripTime']) * 1000;
          }
          break;
        case 'inbound-rtp':
          now.packets += number(entry['packetsReceived']);
          now.lost += number(entry['packetsLost']);
          if (entry['kind'] === 'audio') {
            const level = number(entry['audioLevel']);
            remoteLevel = Math.max(remoteLevel, level);
            levels.set(String(entry['trackIdentifier']), level);
          } else {
            receivedFrames += number(entry['framesDecoded']);
          }
          break;
        case 'media-source':
          if (entry['kind'] === 'audio') localLevel = Math.max(localLevel, number(entry['audioLevel']));
          break;
        default:
      }
    }
    const lossPercent = this.#loss(now);
    return { rttMs, lossPercent, label: label(rttMs, lossPercent), remoteLevel, localLevel, levels, receivedFrames };
  }

  #loss(now: Counters): number | null {
    const before = this.#before;
    this.#before = now;
    if (!before) return null;
    const lost = Math.max(0, now.lost - before.lost);
    const packets = now.packets - before.packets;
    return packets + lost > 0 ? (100 * lost) / (packets + lost) : null;
  }
}

/** ITU-T G.114: up to 150 ms one way is unnoticed, beyond 400 ms a conversation breaks. */
export function label(rttMs: number | null, lossPercent: number | null): Statistics['label'] {
  const loss = lossPercent ?? 0;
  if (rttMs === null) return 'LOST';
  if (loss < 1 && rttMs < 150) return 'EXCELLENT';
  if (loss < 3 && rttMs < 300) return 'GOOD';
  return 'POOR';
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
