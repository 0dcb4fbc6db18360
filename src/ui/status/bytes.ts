/** `0 B`, `412 KiB`, `3.1 GiB`. */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  const value = size / 1024 ** power;
  return `${power > 1 && value < 99.95 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
