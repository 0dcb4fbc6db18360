/** Next calls this once when the server process starts, before it answers anything. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startRuntime } = await import('@/runtime/runtime');
  const runtime = await startRuntime();
  const shared = globalThis as typeof globalThis & { __spicerackShutdown?: () => Promise<void> };
  shared.__spicerackShutdown = runtime.stop;
}
