import { StatusPage } from '@/ui/status/status-page';

export default function Page() {
  return <StatusPage />;
}
