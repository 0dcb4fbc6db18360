import { findInngest } from '@/server/inngest-program';
import { workflowPromises } from './workflow';

const inngest = await findInngest();
workflowPromises('inngest', 'program' in inngest ? null : 'the Inngest program was not found');
