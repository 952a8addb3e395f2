import { describe, expect, it } from 'vitest';
import { another, faultOf, minutes, workingWeek } from './hours';

describe('business hours', () => {
  it('are times of a day, up to its end', () => {
    expect([minutes('09:30'), minutes('24:00'), minutes('0:05')]).toEqual([570, 1440, 5]);
    expect([minutes('24:01'), minutes('9'), minutes('12:61'), minutes('')]).toEqual([null, null, null, null]);
  });

  it('may have a break, and may not overlap', () => {
    const morning = { day: 'MONDAY', from: '08:00', to: '12:00' } as const;
    expect(faultOf([{ day: 'MONDAY', from: '13:00', to: '17:00' }, morning])).toBeNull();
    expect(faultOf([morning, { day: 'MONDAY', from: '11:00', to: '17:00' }])).toBe('Two stretches overlap.');
  });

  it('of a night are two stretches', () => {
    expect(faultOf([{ day: 'FRIDAY', from: '22:00', to: '06:00' }])).toMatch('end at 24:00');
    expect(faultOf([{ day: 'FRIDAY', from: '22:00', to: '24:00' }])).toBeNull();
  });

  it('grow by what one likely wants', () => {
    expect(another('SUNDAY', [])).toEqual({ day: 'SUNDAY', from: '09:00', to: '17:00' });
    expect(another('MONDAY', [{ day: 'MONDAY', from: '08:00', to: '12:00' }])).toEqual({ day: 'MONDAY', from: '13:00', to: '17:00' });
    expect(faultOf([another('MONDAY', [{ day: 'MONDAY', from: '08:00', to: '23:30' }])])).toBeNull();
  });

  it('begin as a working week', () => {
    expect(workingWeek().map(({ day }) => day)).toEqual(['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY']);
  });
});
