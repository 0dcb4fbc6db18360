import { describe, expect, it } from 'vitest';
import { createThrottle } from './throttle';

const MINUTE = 60_000;

/** A throttle whose clock the test turns. */
function clocked() {
  let now = 0;
  const pass = (ms: number) => {
    now += ms;
  };
  return { ...createThrottle(() => now), pass };
}

const times = (n: number, work: () => void) => Array.from({ length: n }).forEach(work);

describe('the throttle', () => {
  it('lets mistakes pass, then doubles the wait up to a minute', () => {
    const { failed, waitOf, pass } = clocked();
    const waits = Array.from({ length: 14 }, () => {
      failed('192.0.2.1');
      const wait = waitOf('192.0.2.1');
      pass(wait);
      return wait / 1000;
    });
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('ends a wait when it is over, and starts over after a quiet quarter of an hour', () => {
    const { failed, waitOf, pass } = clocked();
    times(6, () => failed('192.0.2.1'));
    pass(1999);
    expect(waitOf('192.0.2.1')).toBe(1);
    pass(1);
    expect(waitOf('192.0.2.1')).toBe(0);
    pass(15 * MINUTE);
    times(4, () => failed('192.0.2.1'));
    expect(waitOf('192.0.2.1')).toBe(0);
  });

  it('counts one IPv6 network, and an IPv4 address in either spelling, as one', () => {
    const { failed, waitOf } = clocked();
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', '2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::2']) {
      failed(address);
    }
    failed('2001:db8:1:2::3%eth0');
    expect(waitOf('2001:db8:1:2:9::9')).toBeGreaterThan(0);
    expect(waitOf('2001:db8:1:3::1')).toBe(0);
    times(5, () => failed('::ffff:192.0.2.1'));
    expect(waitOf('192.0.2.1')).toBeGreaterThan(0);
    expect(waitOf('::1')).toBe(0);
  });

  it('takes any text for an address, and does not grow without end', () => {
    const { failed, waitOf } = clocked();
    times(5, () => failed('%[::'));
    expect(waitOf('%[::')).toBeGreaterThan(0);
    for (let i = 0; i < 10_000; i++) failed(`host-${i}`);
    expect(waitOf('%[::')).toBe(0);
  });
});
