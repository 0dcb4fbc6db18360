import { rm } from 'node:fs/promises';
import { git } from '@/git/process/run';
import { makeRemote, openRemote, type Remote } from './remote';

/** A team's remote in two acts: the stacks as they were pushed, and what the team did since. */
export interface DemoRemote {
  remote: Remote;
  /**
   * Merges the first branch of `search/` by a merge commit and that of `auth/` as a squash, moves trunk on so
   * that everything is behind it and `catalog/price-rounding` conflicts, and pushes `docs/returns-policy`.
   */
  teamGoesOn(now?: Date): Promise<void>;
}

/** Each branch that the first act has, and the branch that it stands on. */
export const DEMO_PARENTS: Readonly<Record<string, string>> = {
  'checkout/cart-totals': 'main',
  'checkout/discount-codes': 'checkout/cart-totals',
  'checkout/receipt-email': 'checkout/discount-codes',
  'checkout/gift-cards': 'checkout/discount-codes',
  'checkout/gift-card-emails': 'checkout/gift-cards',
  'search/index': 'main',
  'search/filters': 'search/index',
  'search/result-page': 'search/filters',
  'auth/sessions': 'main',
  'auth/password-reset': 'auth/sessions',
  'auth/remember-me': 'auth/password-reset',
  'catalog/price-model': 'main',
  'catalog/price-rounding': 'catalog/price-model',
  'catalog/price-labels': 'catalog/price-rounding',
};

const MARA = 'Mara Okafor <mara@shop.example>';
const JONAS = 'Jonas Weber <jonas@shop.example>';
const LI = 'Li Na <li.na@shop.example>';
const PIXEL = 'pixel-agent[bot] <pixel@agents.shop.example>';
const ROOK = 'rook-agent[bot] <rook@agents.shop.example>';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

/** Times before now. People look at ages: the team works these days, at the bottom of a stack first. */
function before(now: Date): (ms: number) => Date {
  return (ms) => new Date(now.getTime() - ms);
}

const PRICE = `/** Prices are whole cents; tax is a fraction such as 0.19. */
export function gross(net, tax) {
  return Math.round(net * (1 + tax));
}

export function format(cents, currency = 'EUR') {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(cents / 100);
}
`;

const CART = `export class Cart {
  items = [];

  add(product, quantity = 1) {
    this.items.push({ product, quantity });
  }
}
`;

/**
 * Makes the demo's remote, a small web shop with four stacks by several people and agents: `checkout/` (clean
 * and, after the second act, behind trunk), `search/` (its first branch merged), `auth/` (its first branch
 * squash-merged) and `catalog/` (a conflict in its middle).
 * @param now when the team looks up from its work: its commits are minutes to weeks old then
 */
export async function buildDemoRemote(dir: string, now = new Date()): Promise<DemoRemote> {
  const ago = before(now);
  const remote = await makeRemote(dir);
  await remote
    .from('main')
    .by(MARA)
    .at(ago(41 * DAY))
    .commit('Start the shop', {
      'README.md': '# Corner Shop\n\nA small web shop.\n\n## Run it\n\n    npm start\n',
      'package.json':
        '{\n  "name": "corner-shop",\n  "type": "module",\n  "scripts": { "start": "node src/server.js" }\n}\n',
      'src/server.js':
        "import { createServer } from 'node:http';\n\ncreateServer((_, res) => res.end('Hello')).listen(8080);\n",
      '.gitattributes': '* text=auto\n*.png binary\n',
    })
    .commit('Catalog: products and prices', {
      'src/catalog/price.js': PRICE,
      'src/catalog/product.js':
        'export class Product {\n  constructor(name, net) {\n    this.name = name;\n    this.net = net;\n  }\n}\n',
    })
    .by(JONAS)
    .at(ago(33 * DAY))
    .commit('Cart', { 'src/cart/cart.js': CART })
    .commit('Log-in form', {
      'src/auth/login.js': 'export function login(name, password) {\n  return name && password;\n}\n',
    })
    .write();

  await remote
    .from('main')
    .by(MARA)
    .at(ago(6 * DAY))
    .branch('checkout/cart-totals')
    .commit('Cart: compute totals', {
      'src/cart/totals.js': `import { gross } from '../catalog/price.js';

export function total(cart, tax) {
  return cart.items.reduce((sum, { product, quantity }) => sum + gross(product.net, tax) * quantity, 0);
}
`,
    })
    .commit('Cart: show totals with tax', {
      'src/cart/view.js':
        "import { total } from './totals.js';\n\nexport const view = (cart) => 'Total: ' + total(cart, 0.19);\n",
    })
    .branch('checkout/discount-codes')
    .by(PIXEL)
    .at(ago(4 * DAY))
    .commit('Checkout: discount codes\n\nCo-authored-by: Mara Okafor <mara@shop.example>', {
      'src/checkout/discount.js':
        'const CODES = { WELCOME10: 0.1 };\n\nexport const discount = (code) => CODES[code] ?? 0;\n',
    })
    .branch('checkout/receipt-email')
    .at(ago(3 * HOUR))
    .commit('Checkout: send a receipt by email', {
      'src/mail/receipt.js': "export const receipt = (order) => 'Thank you for order ' + order.number;\n",
    })
    .write();
  await remote
    .from('checkout/discount-codes')
    .by(LI)
    .at(ago(2 * DAY))
    .branch('checkout/gift-cards')
    .commit('Checkout: pay with gift cards', {
      'src/checkout/gift-card.js': 'export const redeem = (card, amount) => Math.min(card.balance, amount);\n',
    })
    .branch('checkout/gift-card-emails')
    .at(ago(20 * HOUR))
    .commit('Gift cards: send them by email', {
      'src/mail/gift-card.js': "export const giftCard = (card) => 'Your code: ' + card.code;\n",
    })
    .write();

  await remote
    .from('main')
    .by(ROOK)
    .at(ago(5 * DAY))
    .branch('search/index')
    .commit('Search: index product names', {
      'src/search/index.js':
        'export const index = (products) => new Map(products.map((p) => [p.name.toLowerCase(), p]));\n',
    })
    .branch('search/filters')
    .at(ago(30 * HOUR))
    .commit('Search: filter by price', {
      'src/search/filters.js': 'export const cheaper = (limit) => (product) => product.net <= limit;\n',
    })
    .commit('Search: filter by name', {
      'src/search/filters.js':
        'export const cheaper = (limit) => (product) => product.net <= limit;\nexport const named = (text) => (product) => product.name.includes(text);\n',
    })
    .branch('search/result-page')
    .by(LI)
    .at(ago(2 * HOUR))
    .commit('Search: result page', {
      'src/search/page.js':
        "export const page = (results) => results.map((r) => '<li>' + r.name + '</li>').join('');\n",
    })
    .write();

  await remote
    .from('main')
    .by(JONAS)
    .at(ago(8 * DAY))
    .branch('auth/sessions')
    .commit('Auth: sessions', { 'src/auth/session.js': 'export const sessions = new Map();\n' })
    .commit('Auth: sessions expire after a day', {
      'src/auth/session.js': 'export const sessions = new Map();\nexport const LIFETIME = 24 * 60 * 60;\n',
    })
    .branch('auth/password-reset')
    .at(ago(3 * DAY))
    .commit('Auth: reset a forgotten password', {
      'src/auth/reset.js': "export const resetLink = (token) => '/reset?token=' + token;\n",
    })
    .branch('auth/remember-me')
    .by(PIXEL)
    .at(ago(50 * MINUTE))
    .commit('Auth: remember me', {
      'src/auth/remember.js': "import { LIFETIME } from './session.js';\n\nexport const REMEMBER = 30 * LIFETIME;\n",
    })
    .write();

  await remote
    .from('main')
    .by(LI)
    .at(ago(28 * HOUR))
    .branch('catalog/price-model')
    .commit('Catalog: prices know their currency', {
      'src/catalog/money.js': 'export const money = (cents, currency) => ({ cents, currency });\n',
    })
    .branch('catalog/price-rounding')
    .by(ROOK)
    .at(ago(5 * HOUR))
    .commit('Catalog: round in favour of the customer', {
      'src/catalog/price.js': PRICE.replace('Math.round(net * (1 + tax))', 'Math.floor(net * (1 + tax))'),
    })
    .branch('catalog/price-labels')
    .at(ago(40 * MINUTE))
    .commit('Catalog: price labels', {
      'src/catalog/label.js':
        "import { format } from './price.js';\n\nexport const label = (p) => p.name + ': ' + format(p.net);\n",
    })
    .write();

  return { remote, teamGoesOn: (when) => teamGoesOn(remote, when) };
}

/**
 * The second act, on a remote that has the first; see `DemoRemote`. It is one atomic push from a clone of the team's own,
 * so it comes as a whole or not at all.
 * @throws GitError where it clashes with what others have pushed; nothing has moved then
 */
export async function teamGoesOn(remote: Remote, now = new Date()): Promise<void> {
  const clone = `${remote.dir}.team`;
  await rm(clone, { recursive: true, force: true });
  try {
    await git(['clone', '--quiet', '--bare', '--template=', remote.dir, clone]);
    await work(openRemote(clone), before(now));
    await git(['push', '--quiet', '--atomic', remote.dir, 'main', 'docs/returns-policy'], { gitDir: clone });
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

async function work(remote: Remote, ago: (ms: number) => Date): Promise<void> {
  await remote.merge('search/index', 'merge', ago(25 * MINUTE));
  await remote.merge('auth/sessions', 'squash', ago(14 * MINUTE));
  await remote
    .from('main')
    .by(MARA)
    .at(ago(4 * MINUTE))
    .commit('Catalog: round prices to five cents', {
      'src/catalog/price.js': PRICE.replace('Math.round(net * (1 + tax))', 'Math.round((net * (1 + tax)) / 5) * 5'),
    })
    .by(JONAS)
    .at(ago(3 * MINUTE))
    .commit('Serve health checks', { 'src/health.js': "export const health = () => 'ok';\n" })
    .write();
  await remote
    .from('main')
    .by(PIXEL)
    .at(ago(2 * MINUTE))
    .branch('docs/returns-policy')
    .commit('Docs: how to return things', { 'docs/returns.md': '# Returns\n\nThirty days, no questions.\n' })
    .write();
}
