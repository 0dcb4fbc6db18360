/** Next calls this once when the server process starts, before it answers anything. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const [{ startRuntime }, { serveApi }, { setServeApi }] = await Promise.all([
    import('@/runtime/runtime'),
    import('@/api/serve'),
    import('@/server/answer-api'),
  ]);
  const runtime = await startRuntime();
  const shared = globalThis as typeof globalThis & { __spicerackShutdown?: () => Promise<void> };
  shared.__spicerackShutdown = runtime.stop;
  setServeApi(serveApi);
}
