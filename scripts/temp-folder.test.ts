import { expect, it } from 'vitest';
import { memoryFolder } from './temp-folder';

const on = (options: string, type = 'tmpfs') =>
  memoryFolder(`proc /proc proc rw 0 0\ntmpfs /dev/shm ${type} ${options} 0 0\n`);

it.each([
  ['nothing may be started from it', 'rw,nosuid,noexec'],
  ['it cannot be written', 'ro,relatime'],
])('tests stay on the disk where %s', (_, options) => expect(on(options)).toBeNull());

it('tests stay on the disk where there is no memory to be had', () => {
  expect(on('rw,relatime', 'ext4')).toBeNull();
  expect(memoryFolder('proc /proc proc rw 0 0\n')).toBeNull();
});
