import { ReposPage } from '@/ui/repos/repos-page';

export default function Page() {
  return <ReposPage />;
}
