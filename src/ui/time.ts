/** Times for people. All durations are milliseconds. */

/** `38 ms`, `0.4 s`, `12 s`, `3 min 4 s`, `2 h 5 min`, `3 d`. */
export function duration(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 0.0995) return `${Math.round(s * 1000)} ms`;
  if (s < 9.95) return `${s.toFixed(1)} s`;
  if (s < 59.5) return `${Math.round(s)} s`;
  const whole = Math.round(s);
  const [d, h, min, sec] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (d > 0) return h > 0 && d < 3 ? `${d} d ${h} h` : `${d} d`;
  if (h > 0) return min > 0 ? `${h} h ${min} min` : `${h} h`;
  return sec > 0 && min < 10 ? `${min} min ${sec} s` : `${min} min`;
}

/** How long something goes on by now: `0 s`, `12 s`, `3 min`. After a minute its seconds tell nobody anything. */
export function elapsed(ms: number): string {
  const whole = Math.floor(Math.max(0, ms) / 1000);
  return whole < 60 ? `${whole} s` : duration((whole - (whole % 60)) * 1000);
}

/** `just now`, `12 s ago`, `3 min ago`: coarse, so that it does not flicker. */
export function ago(iso: string, now: number): string {
  const s = Math.max(0, Math.floor((now - Date.parse(iso)) / 1000));
  if (s < 3) return 'just now';
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  return `${daysOrYears(Math.floor(s / 86_400))} ago`;
}

/** How old something is, for a narrow column: `now`, `5 min`, `3 h`, `12 d`, `2 y`. */
export function age(iso: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(iso)) / 60_000));
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h`;
  return daysOrYears(Math.floor(minutes / 1440));
}

function daysOrYears(days: number): string {
  return days < 730 ? `${days} d` : `${Math.floor(days / 365)} y`;
}

/** The time of day in the reader's own zone: `16:13`. */
export function clock(iso: string): string {
  return exact(iso).slice(11, 16);
}

/** The exact time in the reader's own zone: `2026-11-23 16:13:18.042`. */
export function exact(iso: string): string {
  const at = new Date(iso);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** The same in UTC, for what is compared with a log elsewhere: `2026-11-23 16:13:18.042 UTC`. */
export function exactUtc(iso: string): string {
  return new Date(iso).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/** The time between two instants. */
export function between(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
