/** That of `package.json`, which not everything that loads modules can read. */
export const version = '0.1.0';
