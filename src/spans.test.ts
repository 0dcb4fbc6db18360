import { type Span, type SpanOptions, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { git } from '@/git/process/run';
import { inSpan } from './spans';

/** A fake of an SDK: it notes what it is told of each span. */
class FakeSdk {
  readonly told: unknown[] = [];
  getTracer(): Tracer {
    const { told } = this;
    const startActiveSpan = (name: string, options: SpanOptions, work: (span: Span) => unknown) => {
      const span = { name, ...options, status: 'ok', ended: false };
      told.push(span);
      const noted = {
        setStatus: ({ code }: { code: SpanStatusCode }) => Object.assign(span, { status: SpanStatusCode[code] }),
        end: () => Object.assign(span, { ended: true }),
      };
      return work(noted as unknown as Span); // the fake has what is used of it
    };
    return { startActiveSpan } as unknown as Tracer; // likewise
  }
}

afterEach(() => trace.disable());

it('without an SDK, work is done and what it throws is thrown', async () => {
  expect(await inSpan('x', {}, async () => 7)).toBe(7);
  await expect(inSpan('x', {}, () => Promise.reject(new Error('as it was')))).rejects.toThrow('as it was');
});

it('an SDK sees each git command by its name, and of one that fails only that: nothing that it said', async () => {
  const sdk = new FakeSdk();
  trace.setGlobalTracerProvider(sdk);
  await git(['-c', 'core.looseCompression=0', 'version']);
  await expect(git(['cat-file', '-t', 'secret'])).rejects.toThrow();
  expect(sdk.told).toEqual([
    { name: 'git version', attributes: {}, status: 'ok', ended: true },
    { name: 'git cat-file', attributes: {}, status: 'ERROR', ended: true },
  ]);
});
