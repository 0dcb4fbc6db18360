import { workflowPromises } from './workflow';

workflowPromises('inline', null);
