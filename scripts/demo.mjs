// npm run demo: works on a fresh clone, so it is plain JavaScript until the packages are there.
import { ensureInstalled, runTypeScript } from './setup.mjs';

ensureInstalled();
await runTypeScript('scripts/demo/main.ts');
