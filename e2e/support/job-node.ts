import { config } from '@/config';
import { db } from '@/db/client';
import { reconcile } from '@/queue/reconciler';
import { inlineExecutor } from '@/runtime/executors/inline';

/** What of a server runs jobs, as a program of its own: nobody can ask it anything. Ends when it is killed. */
config();
const never = new AbortController().signal;
const database = await db();
console.log('ready');
await reconcile(database, { main: inlineExecutor({ db: database, shutdown: never }), standIn: null }, never);
