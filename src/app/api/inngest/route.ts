import { inngest } from '@inngest/client';
import { functions } from '@inngest/functions';
import { serve } from 'inngest/next';

export const dynamic = 'force-dynamic';

/** The executor's door: Inngest calls the workflow's steps here. */
export const { GET, POST, PUT } = serve({ client: inngest, functions });
