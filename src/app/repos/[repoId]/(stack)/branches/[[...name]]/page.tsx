/** All of it is in the layout: which branch is open, the address says. */
export default function Page() {
  return null;
}
