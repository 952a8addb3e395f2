import { describe, expect, it } from 'vitest';
import { whoGoesOn } from './going-on';
import type { Party } from './party';

const party = (name: string, role: Party['role'] = 'AGENT'): Party => ({
  id: name,
  role,
  name,
  state: 'CONNECTED',
  audience: 'EVERYONE',
  parked: false,
  muted: false,
  videoOn: false,
  screenOn: false,
});
const [alex, sam, kim, ada] = [party('Alex'), party('Sam'), party('Kim'), party('Ada', 'CONTACT')];
const transfer = {
  kind: 'BLIND' as const,
  state: 'RINGING' as const,
  side: 'TARGET' as const,
  from: { user: { id: 'user_alex', name: 'Alex' } },
};
const goesOn = (direction: 'OUTBOUND' | 'INTERNAL', legs: Party[], live: Parameters<typeof whoGoesOn>[1] = null) =>
  whoGoesOn({ direction, legs }, live, 'Alex', 'user_alex', 'Ada');

describe('whoever hangs up', () => {
  it('ends the call of two', () => {
    expect(goesOn('OUTBOUND', [alex, ada])).toBeNull();
    expect(goesOn('INTERNAL', [alex, sam])).toBeNull();
  });

  it('leaves it to those who can go on', () => {
    expect(goesOn('OUTBOUND', [alex, sam, ada])).toBe('Sam and Ada go on');
    expect(goesOn('INTERNAL', [alex, sam, kim])).toBe('Sam and Kim go on');
  });

  it('leaves a transfer that rings to its target', () => {
    expect(goesOn('OUTBOUND', [alex, ada], { ...transfer, toAgent: { user: { name: 'Sam' } } })).toBe('Ada waits for Sam');
    expect(goesOn('OUTBOUND', [alex, ada], { ...transfer, toQueue: { name: 'Billing' } })).toBe('Ada waits on in Billing');
  });
});
