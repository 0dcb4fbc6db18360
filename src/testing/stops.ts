/**
 * Watches how long this process does nothing but one piece of work, so that every request waits. Counted is the time
 * that it has worked, not what passed: on a busy machine it stands still for others' sake.
 */
export function watchStops(): { longest(): number } {
  let most = 0;
  let last = worked();
  const timer = setInterval(() => {
    const now = worked();
    most = Math.max(most, now - last);
    last = now;
  }, 1);
  return {
    /** Ends the watch. Milliseconds of the longest piece of work. */
    longest() {
      clearInterval(timer);
      return most;
    },
  };
}

function worked(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
