import { serveApi } from '@/api/serve';

export const dynamic = 'force-dynamic';

export { serveApi as GET, serveApi as POST };
