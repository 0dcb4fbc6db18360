/**
 * How inputs and answers travel: as plain JSON in superjson's envelope, `{ "json": … }`. Every value of the API is
 * plain (times are ISO 8601 text), so nothing is rebuilt from `meta` on either side, and a small request cannot ask
 * for a large value. Clients that use superjson itself are understood: of its `meta` only the marks of fields that
 * were `undefined` are taken, which is all that it says of our inputs.
 */
export const wire = {
  input: { serialize: wrap, deserialize: readInput },
  output: { serialize: wrap, deserialize: (envelope: { json: unknown }) => envelope.json },
};

function wrap(json: unknown): { json: unknown } {
  return { json };
}

/**
 * The input in an envelope.
 * @throws Error that says what to send instead
 */
function readInput(envelope: unknown): unknown {
  if (!isObject(envelope) || Object.keys(envelope).some((key) => key !== 'json' && key !== 'meta')) {
    throw new Error('Send the input as {"json": …}.');
  }
  const { json, meta } = envelope;
  if (meta === undefined) return json;
  const absent = absentFields(meta);
  if (absent === 'all') return undefined;
  if (!absent || !isObject(json)) {
    throw new Error('Send the input as plain JSON in {"json": …}, without "meta". Times are ISO 8601 text.');
  }
  return Object.fromEntries(Object.entries(json).filter(([field, value]) => value !== null || !absent.has(field)));
}

/** Which fields superjson's `meta` marks as undefined, `all` where it is the input itself; null where it says more. */
function absentFields(meta: unknown): Set<string> | 'all' | null {
  if (!isObject(meta) || Object.keys(meta).some((key) => key !== 'values' && key !== 'v')) return null;
  const { values } = meta;
  if (values === undefined) return new Set();
  if (isUndefinedMark(values)) return 'all';
  if (!isObject(values) || !Object.values(values).every(isUndefinedMark)) return null;
  return new Set(Object.keys(values));
}

function isUndefinedMark(mark: unknown): boolean {
  return Array.isArray(mark) && mark.length === 1 && mark[0] === 'undefined';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
