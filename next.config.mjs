/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // Native modules and what starts processes or workers of its own: loaded by Node, not bundled.
  serverExternalPackages: ['@libsql/client', 'libsql'],
};
