import { AccessPage } from '@/ui/access/access-page';

export default function Page() {
  return <AccessPage />;
}
