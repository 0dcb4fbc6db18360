import { SpanStatusCode, trace } from '@opentelemetry/api';

/**
 * Runs some work as a span. Whoever runs the server may load an SDK of OpenTelemetry before it, which then sees it;
 * without one nothing happens here. Of what is thrown only that is told: its words may be anybody's.
 * @param attributes never names of branches, addresses or anything else from outside
 */
export function inSpan<T>(
  name: string,
  attributes: Record<string, string | number>,
  work: () => Promise<T>,
): Promise<T> {
  return trace.getTracer('spicerack').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
