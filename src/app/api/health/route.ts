export const dynamic = 'force-dynamic';

/** 200 while this process lives: for whoever starts it again when it does not. `/api/ready` tells whether it is of use. */
export function GET(): Response {
  return Response.json({ ok: true });
}
