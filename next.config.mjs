import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  // Said by `src/server/build/ensure-built.ts`: each build has a folder of its own.
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  poweredByHeader: false,
  // No page has pictures to scale, so nobody needs to be able to ask for it.
  images: { unoptimized: true },
  // Native modules: loaded by Node, not bundled.
  serverExternalPackages: ['@libsql/client', 'libsql'],
  // `npm run typecheck` checks types, tests among them, for which a production install lacks the packages.
  // A build writes the folder of its types into a tsconfig that extends no other.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.build.json' },
  // It took as long to write as it spares, and a build begins in an empty folder.
  experimental: { turbopackFileSystemCacheForBuild: false },
  turbopack: {
    // Not a folder above that happens to hold another lock file.
    root: fileURLToPath(new URL('.', import.meta.url)),
    // It lists the files that a copied-out build would need; ours runs where it was built, so what it cannot
    // list does not matter.
    ignoreIssue: [{ path: /\.ts$/, title: /Dynamic filesystem access/ }],
  },
};
