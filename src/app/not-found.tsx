import { Message } from '@/ui/message';

export default function NotFound() {
  return <Message title="There is no such page" detail="The address may be mistyped, or what it showed was removed." />;
}
