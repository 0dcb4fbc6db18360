/** Whether a job with this status has yet to end. */
export function isActive(status: string): boolean {
  return status === 'queued' || status === 'running';
}
