import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { serveMcpOnStdio } from '@/mcp/stdio';

const { values } = parseArgs({ options: { 'read-only': { type: 'boolean', default: false } } });

serveMcpOnStdio({
  url: process.env.SPICERACK_URL || 'http://127.0.0.1:3000',
  token: process.env.SPICERACK_TOKEN,
  onBehalfOf: userInfo().username,
  readOnly: values['read-only'],
});
