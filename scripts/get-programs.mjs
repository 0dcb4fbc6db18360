import { ensureInstalled, runTypeScript } from './setup.mjs';

ensureInstalled();
await runTypeScript('scripts/programs.ts');
